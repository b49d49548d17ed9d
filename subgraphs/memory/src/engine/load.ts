import { compactIndex, runAll } from './maintain.ts';
import type { ProjectIndex } from './project-index.ts';
import { readId, readRecords } from './record.ts';
import { eraseRow, putRow } from './rows.ts';
import { isNewer } from './snapshot.ts';
import { markVector, setVector } from './vectors.ts';

/** Units of work between two yields, a term being 1 and a row 16: about 2 ms. */
const SLICE = 16_000;
const ROW_WORK = 16;
const VECTORS_A_SLICE = 512;
const ERASURES_A_SLICE = 512;
const ID_BYTES = 8;

/** Reads one pack of rows (`recordSql`) in slices. For loading; what changes later comes through `applyDelta`. */
export function* loadRows(index: ProjectIndex, pack: Buffer): Generator<void, void> {
  let work = 0;
  for (const row of readRecords(pack)) {
    work += putRow(index, row, pack) + ROW_WORK;
    if (work < SLICE) continue;
    work = 0;
    yield;
  }
}

/**
 * Reads one pack of vectors (`vectorRecordSql`) of the index's own model in slices. Those of unknown rows, and of rows in a
 * language that the model does not know, are left out.
 */
export function* loadVectors(index: ProjectIndex, pack: Buffer): Generator<void, void> {
  const { vectors, model } = index;
  if (!vectors || !model) return;
  const stride = ID_BYTES + model.dimensions;
  if (pack.length % stride !== 0)
    throw new Error(`A pack of ${pack.length} bytes does not hold vectors of ${model.dimensions} dimensions.`);
  for (let at = 0, count = 1; at < pack.length; at += stride, count++) {
    const slot = index.slots.get(readId(pack, at));
    if (slot >= 0 && takesVector(index, slot)) setVector(vectors, slot, pack, at + ID_BYTES);
    if (count % VECTORS_A_SLICE === 0) yield;
  }
}

/** Reads one pack of ids (`vectorIdSql`): which rows have a vector, for an index that keeps none. */
export function* loadVectorIds(index: ProjectIndex, pack: Buffer): Generator<void, void> {
  const { vectors } = index;
  if (!vectors) return;
  for (let at = 0, count = 1; at < pack.length; at += ID_BYTES, count++) {
    const slot = index.slots.get(readId(pack, at));
    if (slot >= 0 && takesVector(index, slot)) markVector(vectors, slot);
    if (count % VECTORS_A_SLICE === 0) yield;
  }
}

const takesVector = ({ columns, modelLanguages }: ProjectIndex, slot: number): boolean =>
  columns.status[slot] !== 0 && modelLanguages[columns.language[slot] ?? 0] === 1;

function* eraseRows(index: ProjectIndex, pack: Buffer): Generator<void, void> {
  for (let at = 0, count = 1; at < pack.length; at += ID_BYTES, count++) {
    eraseRow(index, readId(pack, at));
    if (count % ERASURES_A_SLICE === 0) yield;
  }
}

/** Ends loading: builds the postings in slices, after which the index answers as of `snapshot`. */
export function* finishLoading(index: ProjectIndex, snapshot: string): Generator<void, void> {
  yield* compactIndex(index);
  index.snapshot = snapshot;
}

/** What a snapshot sees and the index did not, each as a pack or null. */
export interface Delta {
  readonly snapshot: string;
  readonly rows: Buffer | null;
  readonly erased: Buffer | null;
  readonly vectors: Buffer | null;
}

/**
 * Makes the index see what `delta.snapshot` sees, in slices. Doing it twice, or after a newer delta, changes nothing: an
 * older snapshot sees nothing that a newer one does not. Slices of several deltas may interleave.
 */
export function* applyDeltaInSlices(index: ProjectIndex, delta: Delta): Generator<void, void> {
  if (delta.rows) yield* loadRows(index, delta.rows);
  if (delta.erased) yield* eraseRows(index, delta.erased);
  // Rows have versions, and erasure is for good; vectors have neither, so an older delta than the last one brings none.
  const vectors = delta.vectors ? loadVectors(index, delta.vectors) : null;
  while (isNewer(delta.snapshot, index.snapshot)) {
    if (!vectors || vectors.next().done) index.snapshot = delta.snapshot;
    else yield;
  }
}

/** `applyDeltaInSlices` in one go: for the small delta before a search. */
export function applyDelta(index: ProjectIndex, delta: Delta): void {
  runAll(applyDeltaInSlices(index, delta));
}
