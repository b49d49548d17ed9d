import { describe, expect, test } from '@jest/globals';
import { LAYERS, ROLES, STATUSES } from './codes.ts';
import { filterIndex, type IndexFilter } from './filter.ts';
import { finishLoading, loadRows } from './load.ts';
import { runAll } from './maintain.ts';
import { packRecord, type RecordInput } from './pack-record.ts';
import { createProjectIndex } from './project-index.ts';
import {
  type Chance,
  createChance,
  LAYER_NAMES,
  NAMES,
  ROLE_NAMES,
  STATUS_NAMES,
  someRow,
  TAGS,
  TIMES,
} from './random.fixture.ts';
import { eraseRow } from './rows.ts';

const ROWS = 400;

const NOW = 2_500;

function statusOf(row: RecordInput, asOf: number | null | undefined): number {
  if ((row.createdAt ?? 0) > (asOf ?? Infinity)) return 0;
  const isExpired = row.status === STATUSES.ACTIVE && (row.expiresAt ?? Infinity) <= (asOf ?? NOW);
  return isExpired ? STATUSES.ARCHIVED : (row.status ?? 1);
}

// One row against one filter, as the contract reads.
function passes(row: RecordInput, filter: IndexFilter): boolean {
  const statuses = filter.statuses?.length ? filter.statuses : (['ACTIVE'] as const);
  const tags = row.tags ?? [];
  const same = (wanted: string | null | undefined, value: string | null | undefined) =>
    wanted === null || wanted === undefined || wanted === value;
  return (
    statuses.some((status) => STATUSES[status] === statusOf(row, filter.asOf)) &&
    (!filter.layers?.length || filter.layers.some((layer) => LAYERS[layer] === row.layer)) &&
    (!filter.roles?.length || filter.roles.some((role) => ROLES[role] === row.role)) &&
    (filter.tags ?? []).every((tag) => tags.includes(tag)) &&
    (!filter.anyTags?.length || filter.anyTags.some((tag) => tags.includes(tag))) &&
    same(filter.userId, row.user) &&
    same(filter.agentId, row.agent) &&
    same(filter.sessionId, row.session) &&
    same(filter.documentId, row.document) &&
    same(filter.collection, row.collection) &&
    same(filter.source, row.source) &&
    (row.occurredAt ?? 0) >= (filter.occurredFrom ?? -Infinity) &&
    (row.occurredAt ?? 0) < (filter.occurredTo ?? Infinity) &&
    Math.fround(row.importance ?? 0) >= Math.fround(filter.minImportance ?? 0) &&
    (filter.validAt === null ||
      filter.validAt === undefined ||
      ((row.validFrom ?? 0) <= filter.validAt && (row.validTo ?? Infinity) > filter.validAt)) &&
    (!filter.mids || filter.mids.includes(row.mid))
  );
}

function someFilter(chance: Chance): IndexFilter {
  const maybe = <T>(make: () => T): T | null | undefined =>
    chance.isLikely(0.2) ? make() : chance.isLikely(0.5) ? null : undefined;
  return {
    layers: maybe(() => chance.some(LAYER_NAMES)),
    statuses: maybe(() => chance.some(STATUS_NAMES)),
    roles: maybe(() => chance.some(ROLE_NAMES)),
    tags: maybe(() => chance.some([...TAGS, 'unknown'].slice(chance.below(4)))),
    anyTags: maybe(() => chance.some([...TAGS, 'unknown'])),
    userId: maybe(() => chance.pick([...NAMES, 'unknown'])),
    agentId: maybe(() => chance.pick(NAMES)),
    sessionId: maybe(() => chance.pick(['s1', 's2', 'unknown'])),
    documentId: maybe(() => chance.pick(['d1', 'unknown'])),
    collection: maybe(() => chance.pick(['default', 'unknown'])),
    source: maybe(() => chance.pick(NAMES)),
    occurredFrom: maybe(() => chance.pick(TIMES)),
    occurredTo: maybe(() => chance.pick(TIMES) + chance.below(2)),
    minImportance: maybe(() => chance.pick([0, 0.3, 0.7, 0.71, 1])),
    validAt: maybe(() => chance.pick(TIMES)),
    asOf: maybe(() => chance.pick(TIMES)),
    mids: maybe(() => Array.from({ length: chance.below(60) }, () => 1 + chance.below(ROWS + 20))),
  };
}

function loaded(rows: readonly RecordInput[]) {
  const index = createProjectIndex(null);
  runAll(loadRows(index, Buffer.concat(rows.map(packRecord))));
  runAll(finishLoading(index, '1:1:'));
  return index;
}

describe('filterIndex', () => {
  test('3 000 random filters over 400 random rows let through exactly what a row-by-row reading of the contract does', () => {
    const chance = createChance(7);
    const rows = Array.from({ length: ROWS }, (_, i) => someRow(chance, i + 1));
    const index = loaded(rows);
    let found = 0;
    for (let i = 0; i < 3_000; i++) {
      const filter = someFilter(chance);
      const { pass, passing } = filterIndex(index, filter, NOW);
      const mids = rows.filter((_, slot) => pass[slot] === 1).map(({ mid }) => mid);
      const wanted = rows.filter((row) => passes(row, filter)).map(({ mid }) => mid);
      expect({ filter, mids }).toEqual({ filter, mids: wanted });
      expect(passing).toBe(wanted.length);
      found += wanted.length;
    }
    expect(found).toBeGreaterThan(10_000);
  });

  test('without a filter the ACTIVE rows pass that have not expired', () => {
    const chance = createChance(8);
    const rows = Array.from({ length: ROWS }, (_, i) => someRow(chance, i + 1));
    const { pass, passing } = filterIndex(loaded(rows), null, NOW);
    const wanted = rows.map((row) => (statusOf(row, null) === STATUSES.ACTIVE ? 1 : 0));
    expect([...pass.subarray(0, ROWS)]).toEqual(wanted);
    expect(passing).toBe(wanted.filter((x) => x === 1).length);
  });

  test('of rows changed since asOf what SQL says holds, of the others the columns; an erased one stays out', () => {
    const lex = someRow(createChance(1), 1).lex;
    const rows = [1, 2, 3, 4].map((mid) => ({ mid, lex, createdAt: 10, user: mid === 1 ? 'ann' : 'bob' }));
    const index = loaded([...rows, { mid: 5, lex, createdAt: 30, user: 'bob' }]);
    eraseRow(index, 4);
    const changedSince = { changed: [1, 2, 4], visible: [1, 4], passing: [1, 4] };
    const { pass, visible, passing } = filterIndex(index, { userId: 'bob', asOf: 20, changedSince }, NOW);
    expect([...pass.subarray(0, 5)]).toEqual([1, 0, 1, 0, 0]);
    expect([...visible.subarray(0, 5)]).toEqual([1, 0, 1, 0, 0]);
    expect(passing).toBe(2);
  });

  test('neighbours are visible whatever the filter says of users, tags or time, but not when archived', () => {
    const rows = [
      { mid: 1, user: 'ann' },
      { mid: 2, user: 'bob', archivedAt: 5, status: STATUSES.ARCHIVED },
      { mid: 3, user: 'bob' },
    ].map((row) => ({ ...row, lex: someRow(createChance(1), 1).lex }));
    const { pass, visible } = filterIndex(loaded(rows), { userId: 'ann' }, NOW);
    expect([...pass.subarray(0, 3)]).toEqual([1, 0, 0]);
    expect([...visible.subarray(0, 3)]).toEqual([1, 0, 1]);
  });
});
