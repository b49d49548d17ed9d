import { describe, expect, test } from '@jest/globals';
import type { IndexFilter } from './filter.ts';
import { packLex } from './lex.ts';
import { applyDelta, applyDeltaInSlices, finishLoading, loadRows, loadVectors } from './load.ts';
import { compactIndex, runAll } from './maintain.ts';
import { packId, packRecord, packVector, type RecordInput } from './pack-record.ts';
import { createProjectIndex, type ProjectIndex } from './project-index.ts';
import { quantise } from './quantise.ts';
import { type Chance, createChance, LAYER_NAMES, STATUS_NAMES, someRow, someText, TAGS } from './random.fixture.ts';
import { rank } from './search.ts';

const DIMENSIONS = 24;
const SCALE = 100;
const MODEL = { dimensions: DIMENSIONS, scale: SCALE, languages: ['en', 'pl'] };

/** The rows as a database would hold them, and what was written since the index last looked. */
interface Store {
  readonly rows: Map<number, RecordInput>;
  readonly vectors: Map<number, Buffer>;
  changed: Set<number>;
  embedded: Set<number>;
  erased: number[];
  nextMid: number;
  snapshot: number;
}

function someVector(chance: Chance): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (let i = 0; i < DIMENSIONS; i++) vector[i] = chance.next() - 0.5;
  return vector;
}

function write(chance: Chance, store: Store): void {
  const mid = store.nextMid++;
  store.rows.set(mid, someRow(chance, mid));
  store.changed.add(mid);
  if (chance.isLikely(0.8)) embed(chance, store, mid);
}

function embed(chance: Chance, store: Store, mid: number): void {
  store.vectors.set(mid, quantise(someVector(chance), SCALE));
  store.embedded.add(mid);
}

function change(chance: Chance, store: Store): void {
  const row = chance.pick([...store.rows.values()]);
  const fresh = someRow(chance, row.mid);
  const { lex, session, turn, document, version = 1 } = row;
  store.rows.set(row.mid, { ...fresh, lex, session, turn, document, version: version + 1 });
  store.changed.add(row.mid);
  if (chance.isLikely(0.2)) embed(chance, store, row.mid);
}

function erase(chance: Chance, store: Store): void {
  const mid = chance.pick([...store.rows.keys()]);
  store.rows.delete(mid);
  store.vectors.delete(mid);
  store.changed.delete(mid);
  store.embedded.delete(mid);
  store.erased.push(mid);
}

const packRows = (rows: Iterable<RecordInput>): Buffer => Buffer.concat([...rows].map(packRecord));
const packVectors = (vectors: Iterable<readonly [number, Buffer]>): Buffer =>
  Buffer.concat([...vectors].map(([mid, q]) => packVector(mid, q)));
const snapshotOf = (n: number): string => `${n}:${n}:`;

function takeDelta(store: Store) {
  const rows = [...store.changed].flatMap((mid) => store.rows.get(mid) ?? []);
  const vectors = [...store.embedded].flatMap((mid): [number, Buffer][] => {
    const q = store.vectors.get(mid);
    return q ? [[mid, q]] : [];
  });
  const erased = Buffer.concat(store.erased.map(packId));
  store.changed = new Set();
  store.embedded = new Set();
  store.erased = [];
  return { snapshot: snapshotOf(++store.snapshot), rows: packRows(rows), erased, vectors: packVectors(vectors) };
}

function load(store: Store): ProjectIndex {
  const index = createProjectIndex(MODEL);
  runAll(loadRows(index, packRows(store.rows.values())));
  runAll(loadVectors(index, packVectors(store.vectors)));
  runAll(finishLoading(index, snapshotOf(store.snapshot)));
  return index;
}

const FILTERS: readonly (IndexFilter | null)[] = [
  null,
  { tags: [TAGS[0] ?? ''] },
  { statuses: [...STATUS_NAMES], layers: LAYER_NAMES.slice(0, 2) },
  { sessionId: 's1' },
  { asOf: 3_000 },
  { minImportance: 0.5, validAt: 2_000 },
];

function expectSame(index: ProjectIndex, fresh: ProjectIndex, chance: Chance): void {
  for (const filter of FILTERS) {
    const vector = chance.isLikely(0.7) ? someVector(chance) : null;
    const query = { text: `${someText(chance)} in 1970`, vector, signals: null, filter, limit: 30, now: 2_500 };
    expect(rank(index, query)).toEqual(rank(fresh, query));
  }
}

const emptyStore = (): Store => ({
  rows: new Map(),
  vectors: new Map(),
  changed: new Set(),
  embedded: new Set(),
  erased: [],
  nextMid: 1,
  snapshot: 1,
});

describe('an index kept up by deltas', () => {
  test('after 1 800 random writes, changes, erasures, repeats and compactions it ranks exactly as one loaded anew', () => {
    const chance = createChance(11);
    const store = emptyStore();
    for (let i = 0; i < 80; i++) write(chance, store);
    takeDelta(store);
    const index = load(store);
    let late = takeDelta(store);
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 30; i++) {
        const kind = chance.next();
        if (kind < 0.4 || store.rows.size < 20) write(chance, store);
        else if (kind < 0.7) change(chance, store);
        else erase(chance, store);
      }
      const delta = takeDelta(store);
      applyDelta(index, delta);
      if (chance.isLikely(0.3)) applyDelta(index, delta);
      if (chance.isLikely(0.3)) applyDelta(index, late);
      if (chance.isLikely(0.2)) runAll(compactIndex(index));
      late = delta;
      if (round % 10 === 9) expectSame(index, load(store), chance);
    }
    expect(index.columns.count - index.erasedRows).toBe(store.rows.size);
    expect(index.vectors?.count).toBe(load(store).vectors?.count);
  });

  test('searches and deltas between the slices of a compaction and of other deltas see the same', () => {
    const chance = createChance(12);
    const store = emptyStore();
    for (let i = 0; i < 3_000; i++) write(chance, store);
    const index = load(store);
    takeDelta(store);
    for (let round = 0; round < 3; round++) {
      const compaction = compactIndex(index);
      for (let i = 0; i < 1_500; i++) chance.isLikely(0.4) ? erase(chance, store) : write(chance, store);
      const slow = applyDeltaInSlices(index, takeDelta(store));
      compaction.next();
      slow.next();
      for (let i = 0; i < 50; i++) chance.isLikely(0.5) ? change(chance, store) : write(chance, store);
      const older = { rows: new Map(store.rows), vectors: new Map(store.vectors) };
      const quick = takeDelta(store);
      runAll(slow);
      applyDelta(index, quick);
      compaction.next();
      expectSame(index, load({ ...store, ...older }), chance);
      runAll(compaction);
      expectSame(index, load(store), chance);
    }
  });

  test('a delta that arrives after a newer one changes neither row nor vector, and brings no erased row back', () => {
    const index = createProjectIndex(MODEL);
    runAll(finishLoading(index, snapshotOf(1)));
    const row = { mid: 5, lex: packLex('the violin in the attic'), version: 1 };
    const old = {
      snapshot: snapshotOf(2),
      rows: packRecord(row),
      erased: null,
      vectors: packVector(5, Buffer.alloc(24, 9)),
    };
    applyDelta(index, {
      snapshot: snapshotOf(3),
      rows: packRecord({ ...row, version: 2 }),
      erased: null,
      vectors: null,
    });
    applyDelta(index, old);
    expect(index.vectors?.count).toBe(0);
    expect(index.columns.version[0]).toBe(2);
    applyDelta(index, { snapshot: snapshotOf(4), rows: null, erased: packId(5), vectors: null });
    applyDelta(index, { ...old, snapshot: snapshotOf(5) });
    const query = { text: 'violin', vector: null, signals: null, filter: null, limit: 5 };
    expect(rank(index, query).hits).toEqual([]);
    expect(index.snapshot).toBe(snapshotOf(5));
  });

  test('a delta whose slices end after a newer one came changes no row and no vector of it', () => {
    const index = createProjectIndex(MODEL);
    runAll(finishLoading(index, snapshotOf(1)));
    const rows = Array.from({ length: 2_000 }, (_, i) => ({
      mid: i + 1,
      lex: packLex('the violin'),
      importance: 0.25,
    }));
    const last = { ...rows[1_999], mid: 2_000, lex: packLex('the violin'), version: 2, importance: 0.75 };
    const slow = applyDeltaInSlices(index, {
      snapshot: snapshotOf(2),
      rows: packRows(rows),
      erased: null,
      vectors: packVector(1, Buffer.alloc(24, 1)),
    });
    slow.next();
    applyDelta(index, {
      snapshot: snapshotOf(3),
      rows: packRows([...rows.slice(0, 1_999), last]),
      erased: null,
      vectors: packVector(1, Buffer.alloc(24, 2)),
    });
    runAll(slow);
    expect(index.columns.importance[index.slots.get(2_000)]).toBe(0.75);
    expect(Buffer.from(index.vectors?.memory.bytes ?? []).includes(Buffer.alloc(24, 2))).toBe(true);
    expect(index.snapshot).toBe(snapshotOf(3));
  });

  test('a row erased before the index ever saw it stays out', () => {
    const index = createProjectIndex(MODEL);
    runAll(finishLoading(index, snapshotOf(1)));
    applyDelta(index, { snapshot: snapshotOf(2), rows: null, erased: packId(9), vectors: null });
    applyDelta(index, {
      snapshot: snapshotOf(3),
      rows: packRecord({ mid: 9, lex: packLex('lake') }),
      erased: null,
      vectors: null,
    });
    expect(index.columns.count).toBe(0);
  });
});
