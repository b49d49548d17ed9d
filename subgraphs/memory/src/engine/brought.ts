import type { CandidateScope } from './candidates.ts';
import type { ProjectIndex } from './project-index.ts';
import { hasVector } from './vectors.ts';

/** Rows of which the nearest are wanted. */
export interface NearScope {
  /** Copied: 1 for each slot that may be found and has a vector. */
  readonly pass: Uint8Array;
  readonly passing: number;
  readonly limit: number;
}

/**
 * Vectors from elsewhere for one question to an index that keeps none. A search takes what is there and notes what is
 * missing; when that was brought too, the same search is made again, until nothing is missing.
 */
export interface BroughtVectors {
  /** int8 numbers by the row's id; null: there are none any more. */
  readonly byMid: Map<number, Int8Array | null>;
  /** Ids of the nearest rows, by the scopes of the search in their order: all that pass, then those of the date it names. */
  readonly near: (readonly number[])[];
  /** Ids whose vectors are missing. */
  readonly missing: Set<number>;
  /** The next scope whose nearest are missing. */
  missingScope: NearScope | null;
  /** Scopes that the search under way has asked for. */
  asked: number;
}

/** Nothing brought yet. @param byMid vectors that were brought for another question of the same search */
export const createBrought = (byMid: Map<number, Int8Array | null> = new Map()): BroughtVectors => ({
  byMid,
  near: [],
  missing: new Set(),
  missingScope: null,
  asked: 0,
});

/** Before a search, or the same once more. */
export function beginBrought(brought: BroughtVectors): void {
  brought.missing.clear();
  brought.missingScope = null;
  brought.asked = 0;
}

/** The slots that were brought as the nearest of a scope, which is noted as missing where none were. */
export function nearestBrought(
  brought: BroughtVectors,
  index: ProjectIndex,
  { pass }: CandidateScope,
  limit: number,
): number[] {
  const near = brought.near[brought.asked++];
  if (near) return near.map((mid) => index.slots.get(mid)).filter((slot) => slot >= 0 && pass[slot] === 1);
  brought.missingScope ??= scopeOf(index, pass, limit);
  return [];
}

function scopeOf({ columns, vectors }: ProjectIndex, pass: Uint8Array, limit: number): NearScope {
  const own = pass.slice(0, columns.count);
  let passing = 0;
  for (let slot = 0; slot < own.length; slot++) {
    if (!vectors || !hasVector(vectors, slot)) own[slot] = 0;
    passing += own[slot] ?? 0;
  }
  return { pass: own, passing, limit };
}

/** A slot's vector; null where it has none or it is missing, which is noted. */
export function broughtVector(brought: BroughtVectors, index: ProjectIndex, slot: number): Int8Array | null {
  if (!index.vectors || !hasVector(index.vectors, slot)) return null;
  const mid = index.columns.mid[slot] ?? 0;
  const vector = brought.byMid.get(mid);
  if (vector === undefined) brought.missing.add(mid);
  return vector ?? null;
}

/** The product of a question and int8 numbers, which are so many times too large as the model's scale says. */
export function dotOf(question: Float32Array, vector: Int8Array): number {
  let dot = 0;
  for (let i = 0; i < vector.length; i++) dot += (question[i] ?? 0) * (vector[i] ?? 0);
  return dot;
}
