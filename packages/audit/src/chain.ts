import { createHash } from 'node:crypto';
import { canonicalJson, type JsonValue } from '@rae/kernel';

/** One line of a tenant's audit log. `number` counts from 1 without a gap; traceId is null when nothing was traced. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly number: number;
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: JsonValue;
  readonly traceId: string | null;
  readonly hash: Buffer;
  readonly previousHash: Buffer;
}

/** The last line of a chain, or of the part of it that was seen. */
export interface ChainHead {
  readonly number: number;
  readonly hash: Buffer;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** What the first line of a tenant's chain follows. It names the tenant, so that a chain cannot pass for another tenant's. */
export const chainStart = (tenantId: string): ChainHead => ({ number: 0, hash: sha256(`rae audit ${tenantId}`) });

/**
 * SHA-256 over all that a line says and over the hash of the line before it, so that no line can be changed, left out or
 * moved without breaking every later one.
 */
export function hashEntry(entry: Omit<AuditEntry, 'hash' | 'tenantId'>): Buffer {
  const { previousHash, number, id, at, actor, action, subject, detail, traceId } = entry;
  const said = [previousHash.toString('hex'), number, id, at.toISOString(), actor, action, subject, detail, traceId];
  return sha256(canonicalJson(said));
}

const follows = (entry: AuditEntry, head: ChainHead): boolean =>
  entry.number === head.number + 1 && entry.previousHash.equals(head.hash) && entry.hash.equals(hashEntry(entry));

/**
 * Checks consecutive lines of one tenant, oldest first: content, place and chain.
 *
 * @param after the line before the first one: the `head` of the page before; the chain's start when left out
 * @returns the id of the earliest line that does not hold (null: all hold) and the last line that does. Compare the head
 *   of the last page with `audit_heads`: lines cut off at the end show nowhere else
 */
export function verifyChain(
  entries: readonly AuditEntry[],
  after?: ChainHead,
): { firstBrokenId: string | null; head: ChainHead | null } {
  let head = after ?? (entries[0] ? chainStart(entries[0].tenantId) : null);
  for (const entry of entries) {
    if (!head || !follows(entry, head)) return { firstBrokenId: entry.id, head };
    head = entry;
  }
  return { firstBrokenId: null, head: head && { number: head.number, hash: head.hash } };
}
