import { setImmediate } from 'node:timers/promises';
import type { Embedder, Logger, Transaction } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import {
  applyDelta,
  applyDeltaInSlices,
  compactIndex,
  createProjectIndex,
  finishLoading,
  indexBytes,
  loadRows,
  loadVectors,
  needsCompaction,
  needsReload,
  type ProjectIndex,
  quantisationScale,
} from '../engine/index.ts';
import {
  type IndexStart,
  type Piece,
  readIndexDelta,
  readIndexNews,
  readIndexRows,
  readIndexStart,
  readIndexVectors,
} from '../queries/read-index.ts';

/** A short read transaction as the tenant that searches. */
export type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

export interface IndexRegistry {
  /** True when the project has been searched in this process, and so is there. */
  knows(tenantId: string, projectId: string): boolean;
  /** The index of a project, loaded if it is not there; those who wait share one load. */
  get(tenantId: string, projectId: string, read: Read): Promise<ProjectIndex>;
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
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Rows that a search takes over inside its transaction, some 2 ms of work; above, outside and in slices. */
const DELTA_IN_SEARCH = 500;
/** Above this, loading anew costs less than catching up. */
const DELTA_AT_MOST = 20_000;
/** An index this old may have missed erased ids, which are kept for a day. */
const MAX_AGE_MS = 12 * 3_600_000;

interface Entry {
  readonly index: Promise<ProjectIndex>;
  epoch: number;
  usedAt: number;
  freshAt: number;
  compacting: boolean;
}

/** Runs slices one at a time, so that other requests come in between. */
async function runSliced(slices: Generator<unknown, void>): Promise<void> {
  while (!slices.next().done) await setImmediate();
}

async function eachPiece(read: (after: string) => Promise<Piece>, use: (pack: Buffer) => Promise<void>): Promise<void> {
  for (let piece = await read('0'); piece.count > 0; piece = await read(piece.last ?? '0'))
    if (piece.pack) await use(piece.pack);
}

/**
 * Keeps the search indexes of this process. Loading takes a snapshot first and then reads in pieces, each a transaction of
 * its own: what a later piece sees too much of, the first delta brings again, and a row's version makes that harmless.
 */
export function createIndexRegistry({ embedder, maxBytes, logger, metrics }: RegistryOptions): IndexRegistry {
  const entries = new Map<string, Entry>();
  const byIndex = new WeakMap<ProjectIndex, Entry>();
  const model = {
    dimensions: embedder.dimensions,
    scale: quantisationScale(embedder.id, embedder.dimensions),
    languages: embedder.languages,
  };
  const keyOf = (tenantId: string, projectId: string) => `${tenantId}/${projectId}`;

  async function load(projectId: string, read: Read, start: IndexStart): Promise<ProjectIndex> {
    const from = performance.now();
    const index = createProjectIndex(model, start.rows);
    await eachPiece(
      (after) => read((tx) => readIndexRows(tx, projectId, after)),
      (pack) => runSliced(loadRows(index, pack)),
    );
    await eachPiece(
      (after) => read((tx) => readIndexVectors(tx, projectId, after, embedder.id)),
      (pack) => runSliced(loadVectors(index, pack)),
    );
    await runSliced(finishLoading(index, start.snapshot));
    metrics.observeSeconds('rae_index_load_seconds', 'Loading a search index', (performance.now() - from) / 1_000);
    logger.debug({ projectId, rows: start.rows }, 'a search index was loaded');
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
    entry = { index, epoch: 0, usedAt: Date.now(), freshAt: Date.now(), compacting: false };
    entries.set(key, entry);
    index.catch(() => entries.get(key) === entry && entries.delete(key));
    return entry;
  }

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

  return {
    knows: (tenantId, projectId) => entries.has(keyOf(tenantId, projectId)),
    async get(tenantId, projectId, read) {
      const key = keyOf(tenantId, projectId);
      const known = entries.get(key);
      const entry = known ?? begin(key, projectId, read);
      entry.usedAt = Date.now();
      const index = await entry.index;
      if (!known) await dropLeastUsed(entry);
      return index;
    },
    async freshen(index, projectId, tx) {
      const entry = byIndex.get(index);
      const { snapshot, epoch, news } = await readIndexNews(tx, projectId, index.snapshot);
      if (!entry || epoch !== entry.epoch) return false;
      if (!news) {
        applyDelta(index, { snapshot, rows: null, erased: null, vectors: null });
        entry.freshAt = Date.now();
        return true;
      }
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
