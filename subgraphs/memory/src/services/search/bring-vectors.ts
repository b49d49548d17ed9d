import type { Transaction } from '@rae/kernel';
import { type BroughtVectors, type NearScope, type ProjectIndex, readId } from '../../engine/index.ts';
import { findNearest, findNearestOf, readVectorsOf } from '../../queries/nearest-vectors.ts';

/** One question to an index that keeps no vectors. */
export interface VectorQuestion {
  readonly projectId: string;
  /** Whose vectors they are. */
  readonly model: string;
  readonly vector: Float32Array;
}

/** So few rows are compared exactly in SQL: 5 000 take 10 ms. */
const EXACT_ROWS = 5_000;
/** HNSW is asked for at most so many, of which those that pass are taken: 300 take 12 ms of 100 000. */
const MAX_ASKED = 1_000;
/** Asked for above what should be enough, if those that pass lay at random. */
const MARGIN = 1.5;
const ID_BYTES = 8;

const midOf = ({ columns }: ProjectIndex, slot: number): number => columns.mid[slot] ?? 0;

function midsOf(index: ProjectIndex, { pass }: NearScope): number[] {
  const mids: number[] = [];
  for (let slot = 0; slot < pass.length; slot++) if (pass[slot] === 1) mids.push(midOf(index, slot));
  return mids;
}

/**
 * Under a filter HNSW finds full lists of the wrong rows. So it is asked without one, for so many that enough of them pass;
 * the first ones of these that pass are then the nearest that pass. Where too few do, all that pass are compared.
 */
async function nearestIn(
  tx: Transaction,
  index: ProjectIndex,
  { projectId, vector }: VectorQuestion,
  scope: NearScope,
): Promise<number[]> {
  const { limit, passing, pass } = scope;
  const share = passing / Math.max(1, index.vectors?.count ?? 0);
  const wanted = share >= 1 ? limit : Math.ceil((MARGIN * limit) / share);
  if (passing > EXACT_ROWS && wanted <= MAX_ASKED) {
    const near = await findNearest(tx, projectId, vector, wanted);
    const fit = near.filter((mid) => pass[index.slots.get(mid)] === 1);
    if (fit.length >= limit) return fit.slice(0, limit);
  }
  return findNearestOf(tx, projectId, vector, limit, midsOf(index, scope));
}

async function readMissing(
  tx: Transaction,
  { projectId, model, vector }: VectorQuestion,
  { byMid, missing }: BroughtVectors,
): Promise<void> {
  const pack = await readVectorsOf(tx, projectId, model, [...missing]);
  for (const mid of missing) byMid.set(mid, null);
  if (!pack) return;
  const numbers = new Int8Array(pack.buffer, pack.byteOffset, pack.length);
  const stride = ID_BYTES + vector.length;
  for (let at = 0; at < pack.length; at += stride)
    byMid.set(readId(pack, at), numbers.subarray(at + ID_BYTES, at + stride));
}

/** Brings what the last search of an index missed. @returns false when it missed nothing */
export async function bringVectors(
  tx: Transaction,
  index: ProjectIndex,
  question: VectorQuestion,
  brought: BroughtVectors,
): Promise<boolean> {
  const { missing, missingScope } = brought;
  if (missing.size === 0 && !missingScope) return false;
  if (missingScope) brought.near.push(await nearestIn(tx, index, question, missingScope));
  if (missing.size > 0) await readMissing(tx, question, brought);
  return true;
}
