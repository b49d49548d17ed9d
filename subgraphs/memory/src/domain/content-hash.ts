import { createHash } from 'node:crypto';
import { canonicalJson } from '@rae/kernel';

/** What two memories must share to say the same: of whom, by whom, when it holds, and the words, whatever their case and spacing. */
export interface Said {
  readonly layer: string;
  readonly content: string;
  readonly speaker: string | null;
  readonly userId: string | null;
  readonly agentId: string | null;
  /** Null where the writer left it out. */
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
}

const normalise = (content: string): string =>
  content
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/^ | $/g, '')
    .replace(/[.!…]{1,8}$/u, '');

/** SHA-256 by which an equal memory is found. */
export const contentHash = (said: Said): Buffer =>
  createHash('sha256')
    .update(canonicalJson({ ...said, content: normalise(said.content) }))
    .digest();
