import { isGramHash } from './hash.ts';
import type { ProjectIndex } from './project-index.ts';
import { eachTerm } from './rows.ts';
import { vectorAt } from './vector-memory.ts';
import { hasVector } from './vectors.ts';

/** What two rows are compared by, copied out of the index. */
export interface Profile {
  /** int8 numbers; null for a row without a vector. */
  readonly vector: Int8Array | null;
  /** Hashes of its words, the same in every index. */
  readonly words: ReadonlySet<number>;
}

/**
 * What is compared of a row, by its id; null when the index has none of it.
 *
 * @param brought vectors by id that a search was brought, where the index keeps none
 */
export function profileOf(
  index: ProjectIndex,
  mid: number,
  brought: ReadonlyMap<number, Int8Array | null>,
): Profile | null {
  const slot = index.slots.get(mid);
  if (slot < 0) return null;
  const words = new Set<number>();
  eachTerm(index, slot, (id) => {
    const hash = index.terms.hashes[id] ?? 0;
    if (!isGramHash(hash)) words.add(hash);
  });
  const kept = index.vectors?.kept ?? true;
  return { vector: kept ? vectorOf(index, slot) : (brought.get(mid) ?? null), words };
}

function vectorOf({ vectors }: ProjectIndex, slot: number): Int8Array | null {
  if (!vectors || !hasVector(vectors, slot)) return null;
  const at = vectorAt(vectors.memory, slot);
  return new Int8Array(vectors.memory.bytes.buffer, at, vectors.dimensions).slice();
}

/**
 * How much two rows say the same, 0..1: the mean of their vectors' cosine (negative counts as 0) and of the overlap of their
 * words (Dice 1945), so that neither a repeated phrase nor a paraphrase passes for news; the overlap alone where a vector is missing.
 */
export function similarity(a: Profile, b: Profile): number {
  const overlap = diceOf(a.words, b.words);
  if (!a.vector || !b.vector || a.vector.length !== b.vector.length) return overlap;
  return (Math.max(0, cosineOf(a.vector, b.vector)) + overlap) / 2;
}

function diceOf(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let both = 0;
  for (const word of a) if (b.has(word)) both++;
  return (2 * both) / (a.size + b.size);
}

function cosineOf(a: Int8Array, b: Int8Array): number {
  let dot = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    dot += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return lengthA > 0 && lengthB > 0 ? dot / Math.sqrt(lengthA * lengthB) : 0;
}
