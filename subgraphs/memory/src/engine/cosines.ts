import { type BroughtVectors, broughtVector, dotOf } from './brought.ts';
import type { ProjectIndex } from './project-index.ts';
import { dotProducts, hasVector } from './vectors.ts';

/** Cosines of the question that the vector store was asked last, fetched in batches and kept for one search. */
export interface Cosines {
  /** Fetches those not yet known. */
  fetch(slots: Iterable<number>): void;
  /** Null for a row without a vector, and for any row when there is no question vector. */
  of(slot: number): number | null;
}

/** @param brought where the index keeps no vectors: what the search was brought, and the question itself */
export function createCosines(
  index: ProjectIndex,
  withVector: boolean,
  brought: { readonly vectors: BroughtVectors; readonly question: Float32Array } | null = null,
): Cosines {
  const { vectors, model } = index;
  if (!withVector || !vectors || !model) return { fetch: () => {}, of: () => null };
  if (brought) return cosinesOfBrought(index, model.scale, brought.vectors, brought.question);
  const known = new Map<number, number>();
  return {
    fetch(slots) {
      const wanted: number[] = [];
      for (const slot of slots) if (hasVector(vectors, slot) && !known.has(slot)) wanted.push(slot);
      const similarities = dotProducts(vectors, Int32Array.from(wanted), model.scale);
      wanted.forEach((slot, i) => {
        known.set(slot, similarities[i] ?? 0);
      });
    },
    of: (slot) => known.get(slot) ?? null,
  };
}

function cosinesOfBrought(
  index: ProjectIndex,
  scale: number,
  brought: BroughtVectors,
  question: Float32Array,
): Cosines {
  const known = new Map<number, number>();
  return {
    fetch(slots) {
      for (const slot of slots) {
        if (known.has(slot)) continue;
        const vector = broughtVector(brought, index, slot);
        if (vector) known.set(slot, dotOf(question, vector) / scale);
      }
    },
    of: (slot) => known.get(slot) ?? null,
  };
}
