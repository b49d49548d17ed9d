import { setImmediate } from 'node:timers/promises';
import type { Embedder, Logger, Transaction } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import {
  applyDelta,
  applyDeltaInSlices,
  bytesOfVectors,
  compactIndex,
  createProjectIndex,
  createScratch,
  createUnpacker,
  finishLoading,
  indexBytes,
  loadRows,
  loadVectorIds,
  loadVectors,
  needsCompaction,
  needsReload,
  type ProjectIndex,
  quantisationScale,
} from '../../engine/index.ts';
import { isAnnReady } from '../../queries/ann-project.ts';
import {
  type IndexStart,
  type PackedRows,
  readIndexDelta,
  readIndexNews,
  readIndexPiece,
  readIndexStart,
} from '../../queries/read-index.ts';

/** One statement as the tenant that searches. */
export type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

export interface IndexRegistry {
  /** True when the project has been searched in this process, and so is there. */
  knows(tenantId: string, projectId: string): boolean;
  /** The index of a project, loaded if it is not there; those who wait share one load. */
  get(tenantId: string, projectId: string, read: Read): Promise<ProjectIndex>;
  /** True where nothing was new when it was last looked: such an index is asked first, and looked after behind that. */
  isQuiet(index: ProjectIndex): boolean;
  /**
   * Whether what an index knew at `snapshot` is still all that `tx` sees, to the end of the statement that this sends: where one
   * ranked by it has read before, in the same transaction, both are of one time.
   */
  isCurrent(index: ProjectIndex, projectId: string, tx: Transaction, snapshot: string): Promise<boolean>;
  /**
   * Makes an index see exactly what `tx` sees. False: there was too much to do inside a transaction; leave it, `catchUp`, and
   * begin anew.
   */
  freshen(index: ProjectIndex, projectId: string, tx: Transaction): Promise<boolean>;
  catchUp(tenantId: string, projectId: string, read: Read): Promise<void>;
  close(): void;
}

export interface RegistryOptions {
  readonly embedder: Embedder;
  /** Bytes that all indexes of this process may hold; the least recently used are dropped above. */
  readonly maxBytes: number;
  /** Asks that the vectors of a project that takes more than all of `maxBytes` be given to pgvector. */
  readonly askForAnn: (tenantId: string, projectId: string) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Rows that a search takes over inside its transaction, some 2 ms of work; above, outside and in slices. */
const DELTA_IN_SEARCH = 500;
/** Above this, loading anew costs less than catching up. */
const DELTA_AT_MOST = 20_000;
/** A project that is too large is looked after so often until pgvector has its vectors. */
const ANN_CHECK_MS = 1_000;
/** That of an index which is to be loaded anew. */
const UNKNOWN_EPOCH = -1;
/** An index this old may have missed erased ids, which are kept for a day. */
const MAX_AGE_MS = 12 * 3_600_000;

interface Entry {
  readonly index: Promise<ProjectIndex>;
  epoch: number;
  usedAt: number;
  freshAt: number;
  /** The last look found nothing new. */
  quiet: boolean;
  compacting: boolean;
  annCheckedAt: number;
}

/** Runs slices one at a time, so that other requests come in between. */
async function runSliced(slices: Generator<unknown, void>): Promise<void> {
  while (!slices.next().done) await setImmediate();
}

type ReadPiece = (after: string) => Promise<readonly PackedRows[]>;

// The next piece is on its way while one is used.
async function eachPiece(read: ReadPiece, use: (piece: readonly PackedRows[]) => Promise<void>): Promise<void> {
  let piece = await read('0');
  for (let last = piece.at(-1)?.last; last !== undefined; last = piece.at(-1)?.last) {
    const next = read(last);
    next.catch(() => {}); // told where it is waited for
    await use(piece);
    piece = await next;
  }
}

/** A slice is a pack, or less. */
function* loadPiece(
  index: ProjectIndex,
  piece: readonly PackedRows[],
  keeps: boolean,
  unpack: (pack: string) => Buffer,
): Generator<void, void> {
  for (const { rows, vectors } of piece) {
    yield* loadRows(index, unpack(rows));
    if (vectors) yield* (keeps ? loadVectors : loadVectorIds)(index, unpack(vectors));
    yield;
  }
}

/**
 * Keeps the search indexes of this process. Loading takes a snapshot first and then reads in pieces, each a transaction of
 * its own: what a later piece sees too much of, the first delta brings again, and a row's version makes that harmless.
 */
export function createIndexRegistry(options: RegistryOptions): IndexRegistry {
  const { embedder, maxBytes, askForAnn, logger, metrics } = options;
  const entries = new Map<string, Entry>();
  const scratch = createScratch();
  const byIndex = new WeakMap<ProjectIndex, Entry>();
  const model = {
    dimensions: embedder.dimensions,
    scale: quantisationScale(embedder.id, embedder.dimensions),
    languages: embedder.languages,
  };
  const keyOf = (tenantId: string, projectId: string) => `${tenantId}/${projectId}`;

  const isTooLarge = (vectors: number): boolean => bytesOfVectors(embedder.dimensions, vectors) > maxBytes;

  async function load(projectId: string, read: Read, start: IndexStart): Promise<ProjectIndex> {
    const from = performance.now();
    const keeps = !isTooLarge(start.rows) || !(await read((tx) => isAnnReady(tx, projectId, embedder.id)));
    const index = createProjectIndex(model, start.rows, keeps, scratch);
    const unpack = createUnpacker();
    await eachPiece(
      (after) => read((tx) => readIndexPiece(tx, projectId, after, embedder.id, keeps)),
      (piece) => runSliced(loadPiece(index, piece, keeps, unpack)),
    );
    await runSliced(finishLoading(index, start.snapshot));
    metrics.observeSeconds('rae_index_load_seconds', 'Loading a search index', (performance.now() - from) / 1_000);
    logger.debug({ projectId, rows: start.rows }, 'a search index was loaded');
    if (!keeps) logger.info({ projectId, rows: start.rows }, 'a search index leaves its vectors to pgvector');
    return index;
  }

  function begin(key: string, projectId: string, read: Read): Entry {
    let entry: Entry;
    const index = read((tx) => readIndexStart(tx, projectId)).then(async (start) => {
      const loaded = await load(projectId, read, start);
      entry.epoch = start.epoch;
      byIndex.set(loaded, entry);
      return loaded;
    });
    const now = Date.now();
    entry = { index, epoch: 0, usedAt: now, freshAt: now, quiet: false, compacting: false, annCheckedAt: 0 };
    entries.set(key, entry);
    index.catch(() => entries.get(key) === entry && entries.delete(key));
    return entry;
  }

  /**
   * True where an index that keeps vectors which do not fit is to be loaded anew, since pgvector has them; where it has not yet,
   * asks for it, and the index goes on as it is.
   */
  async function leavesVectors(entry: Entry, tenantId: string, projectId: string, read: Read): Promise<boolean> {
    const { vectors } = await entry.index;
    if (!vectors?.kept || !isTooLarge(vectors.count) || Date.now() - entry.annCheckedAt < ANN_CHECK_MS) return false;
    entry.annCheckedAt = Date.now();
    if (await read((tx) => isAnnReady(tx, projectId, embedder.id))) return true;
    await askForAnn(tenantId, projectId);
    return false;
  }

  /** True where pgvector had the vectors that the index does not keep, and has them no more: the model was changed. */
  const lostAnn = async ({ vectors }: ProjectIndex, projectId: string, tx: Transaction): Promise<boolean> =>
    vectors !== null && !vectors.kept && !(await isAnnReady(tx, projectId, embedder.id));

  async function dropLeastUsed(kept: Entry): Promise<void> {
    const sizes = await Promise.all(
      [...entries].map(async ([key, entry]) => ({ key, entry, bytes: await entry.index.then(indexBytes, () => 0) })),
    );
    let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    metrics.set('rae_index_bytes', 'Bytes of all search indexes', total);
    for (const { key, entry, bytes } of sizes.sort((a, b) => a.entry.usedAt - b.entry.usedAt)) {
      if (total <= maxBytes) return;
      if (entry === kept) continue;
      entries.delete(key);
      total -= bytes;
    }
  }

  /** In the background, a slice at a time; searches go on meanwhile. */
  function tidy(index: ProjectIndex, entry: Entry): void {
    if (entry.compacting || !needsCompaction(index)) return;
    entry.compacting = true;
    runSliced(compactIndex(index)).then(
      () => {
        entry.compacting = false;
      },
      (err) => logger.error({ err }, 'a search index could not be compacted'),
    );
  }

  async function isCurrent(index: ProjectIndex, projectId: string, tx: Transaction, seen: string): Promise<boolean> {
    const entry = byIndex.get(index);
    const { snapshot, epoch, news } = await readIndexNews(tx, projectId, seen);
    if (!entry || epoch !== entry.epoch) return false;
    entry.quiet = !news;
    if (news) return false;
    applyDelta(index, { snapshot, rows: null, erased: null, vectors: null });
    entry.freshAt = Date.now();
    return true;
  }

  return {
    isQuiet: (index) => byIndex.get(index)?.quiet === true && index.vectors?.kept !== false,
    isCurrent,
    knows: (tenantId, projectId) => entries.has(keyOf(tenantId, projectId)),
    async get(tenantId, projectId, read) {
      const key = keyOf(tenantId, projectId);
      const known = entries.get(key);
      const leaves = known ? await leavesVectors(known, tenantId, projectId, read) : false;
      const entry = known && !leaves ? known : begin(key, projectId, read);
      entry.usedAt = Date.now();
      const index = await entry.index;
      if (entry !== known) await dropLeastUsed(entry);
      return index;
    },
    async freshen(index, projectId, tx) {
      const current = await isCurrent(index, projectId, tx, index.snapshot);
      const entry = byIndex.get(index);
      if (!entry) return false;
      if (await lostAnn(index, projectId, tx)) {
        entry.epoch = UNKNOWN_EPOCH;
        return false;
      }
      if (current) return true;
      const delta = await readIndexDelta(tx, projectId, index.snapshot, embedder.id, DELTA_IN_SEARCH);
      if (!delta.complete || delta.epoch !== entry.epoch) return false;
      applyDelta(index, delta);
      entry.freshAt = Date.now();
      tidy(index, entry);
      return true;
    },
    async catchUp(tenantId, projectId, read) {
      const key = keyOf(tenantId, projectId);
      const entry = entries.get(key);
      if (!entry) return;
      const index = await entry.index;
      const delta = await read((tx) => readIndexDelta(tx, projectId, index.snapshot, embedder.id, DELTA_AT_MOST));
      const stale = Date.now() - entry.freshAt > MAX_AGE_MS || needsReload(index);
      if (delta.complete && delta.epoch === entry.epoch && !stale) return runSliced(applyDeltaInSlices(index, delta));
      if (entries.get(key) === entry) entries.delete(key); // the next search loads it anew
    },
    close: () => entries.clear(),
  };
}
