/*
 * The search index of one project: pure structures and functions, no I/O, no clock. A service feeds it rows from SQL and
 * asks it.
 *
 * Writing a memory: `packLex(content, speaker)` is its column `lex`; `quantise(vector, scale)` the column `q` of its vector,
 * with `scale = quantisationScale(embedder.id, embedder.dimensions)`.
 *
 * Loading, in one snapshot: `createProjectIndex(model, expectedRows)`; for each pack of some 2 048 rows (`recordSql`, any
 * order, by mid is fastest) `loadRows`; then for each pack of vectors (`vectorRecordSql`) `loadVectors`; then
 * `finishLoading(index, snapshot)`. Each is a generator of slices of a few milliseconds: let the event loop run between
 * them (`for (const _ of slices) await setImmediate()`).
 *
 * Before each search: `applyDelta` with what the transaction's snapshot sees and `index.snapshot` does not; above some
 * thousand rows `applyDeltaInSlices`. Then `rank`, which is synchronous. Any number of deltas and searches may interleave.
 *
 * After it: while `needsCompaction(index)`, run `compactIndex` in slices, one at a time for an index; an erasure has left
 * no trace in the postings once it has run to its end after the erasure's delta. `needsReload` says that dropping the index
 * and loading it anew gives memory back. `indexBytes` is what an LRU counts.
 */
export { type BroughtVectors, createBrought, type NearScope } from './brought.ts';
export { type IndexedLayer, type IndexedRole, type IndexedStatus, LAYERS, ROLES, STATUSES } from './codes.ts';
export type { IndexFilter, RowsThen } from './filter.ts';
export { detectLanguage, LANGUAGES } from './language.ts';
export { indexedText, packLex } from './lex.ts';
export {
  applyDelta,
  applyDeltaInSlices,
  type Delta,
  finishLoading,
  loadRows,
  loadVectorIds,
  loadVectors,
} from './load.ts';
export { compactIndex, runAll } from './maintain.ts';
export { packId, packRecord, packVector, type RecordInput } from './pack-record.ts';
export { type Profile, profileOf, similarity } from './profile.ts';
export {
  createProjectIndex,
  type IndexedModel,
  indexBytes,
  needsCompaction,
  needsReload,
  type ProjectIndex,
  pendingVectors,
} from './project-index.ts';
export { quantisationScale, quantise } from './quantise.ts';
export {
  createUnpacker,
  goneRecordSql,
  packSql,
  readId,
  recordSql,
  unpack,
  vectorIdSql,
  vectorRecordSql,
} from './record.ts';
export { createScratch } from './scratch.ts';
export { type EngineSignal, type RankedHit, type Ranking, type RankQuery, rank, type SignalShare } from './search.ts';
export { isNewer } from './snapshot.ts';
export { bytesOfVectors } from './vectors.ts';
