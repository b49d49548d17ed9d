import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Caller, type Context, uuidv7 } from '@rae/kernel';
import {
  createTestContext,
  insertLedgerLines,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
  type TestLine,
  testCaller,
} from '@rae/testkit';
import type { CostBreakdownInput } from './breakdown-input.ts';
import { costBreakdown } from './cost-breakdown.ts';
import { listCostLogs } from './list-cost-logs.ts';
import { readCostLog, readCosts, readPayers } from './read-costs.ts';
import { rollUp } from './roll-up.ts';
import { rollUpAll } from './run-roll-up.ts';
import { readSpendStats } from './tenant-stats.ts';

jest.setTimeout(60_000); // the machine may be busy

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** A tenant with one project, seen by its key. */
async function openTenant(
  lines: readonly Partial<TestLine>[],
): Promise<{ ctx: Context; projectId: string; ids: string[] }> {
  const caller: Caller = testCaller();
  const projectId = uuidv7();
  const ids = await db.as(caller, async (tx) => {
    return insertLedgerLines(
      tx,
      lines.map((line) => ({ projectId, ...line })),
    );
  });
  return { ctx: createTestContext(db, caller), projectId, ids };
}

const ask = (ctx: Context, input: Partial<CostBreakdownInput>) =>
  costBreakdown(ctx, { by: ['MODEL'], orderBy: 'USD_DESC', first: 100, timeZone: 'UTC', ...input });
const keyed = ({ rows }: Awaited<ReturnType<typeof costBreakdown>>) =>
  rows.map(({ keys, costNano, calls }) => [...keys.map(({ value }) => value), costNano, calls]);
const day = (text: string) => new Date(`${text}Z`);
const MAY = { from: day('2026-05-01T00:00'), to: day('2026-06-01T00:00') };

/** 400 lines of May over 3 models, 2 users and times to the second. */
const manyLines = (): Partial<TestLine>[] =>
  Array.from({ length: 400 }, (_, n) => ({
    model: `m${n % 3}`,
    userId: n % 2 === 0 ? 'anna' : null,
    sessionId: `s${n % 50}`,
    costNano: BigInt(n * 7),
    occurredAt: new Date(MAY.from.getTime() + n * 6_000_000 + n),
    tags: n % 4 === 0 ? ['a', 'b'] : ['a'],
  }));

describe('a breakdown', () => {
  test('is the same from lines alone, from sums of 250 lines and the other 150, and from sums, at ranges of any second', async () => {
    const lines = manyLines();
    const [apart, partly, summed] = [
      await openTenant(lines),
      await openTenant(lines.slice(0, 250)),
      await openTenant(lines),
    ];
    await db.as(partly.ctx.caller, rollUp);
    await db.as(partly.ctx.caller, (tx) =>
      insertLedgerLines(
        tx,
        lines.slice(250).map((line) => ({ projectId: partly.projectId, ...line })),
      ),
    );
    await db.as(summed.ctx.caller, rollUp);
    const ranges = [
      MAY,
      { from: day('2026-05-03T04:05:06'), to: day('2026-05-20T21:59:59') },
      { from: day('2026-05-03T04:01'), to: day('2026-05-03T04:09') },
      { from: day('2026-05-03T04:15'), to: day('2026-05-05T04:15') },
    ];
    const questions: Partial<CostBreakdownInput>[] = ranges.flatMap((range) => [
      { ...range, by: ['MODEL', 'USER'] },
      { ...range, by: ['DAY'], timeZone: 'Asia/Kathmandu', orderBy: 'KEYS_ASC' },
      { ...range, by: ['DAY', 'MODEL'], timeZone: 'UTC', orderBy: 'KEYS_ASC' },
      { ...range, by: ['DAY', 'USER'], timeZone: 'Europe/Warsaw', orderBy: 'KEYS_ASC' },
      { ...range, by: ['HOUR', 'WEEK'], timeZone: 'Europe/Warsaw', orderBy: 'KEYS_ASC' },
      { ...range, by: ['HOUR'], timeZone: 'Asia/Kolkata', orderBy: 'KEYS_ASC', first: 1_000 },
      { ...range, by: ['MODEL'], filter: { userId: 'anna', kind: 'CALL' } },
      { ...range, by: ['SESSION'] },
      { ...range, by: ['SESSION'], filter: { model: 'm1' } },
      { ...range, by: ['DAY', 'USER'], filter: { sessionId: 's7' }, timeZone: 'Europe/Warsaw' },
      { ...range, by: ['TAG'] },
      { ...range, by: ['MODEL', 'TAG', 'DAY'], timeZone: 'Europe/Warsaw' },
      { ...range, by: ['MODEL'], filter: { tags: ['b', 'a'] } },
    ]);
    for (const question of questions) {
      const answer = await ask(apart.ctx, question);
      for (const { ctx } of [partly, summed]) {
        const { rows, total } = await ask(ctx, question);
        expect({ question, rows, total }).toEqual({ question, rows: answer.rows, total: answer.total });
      }
    }
    const { total } = await ask(summed.ctx, { ...MAY, by: ['MODEL'] });
    expect([total.calls, total.costNano]).toEqual([400, BigInt((7 * 400 * 399) / 2)]);
  });

  test('by day in Europe/Warsaw puts each hour of the 25 of a day in autumn into that day', async () => {
    const hours = Array.from({ length: 27 }, (_, n) => ({
      occurredAt: new Date(Date.UTC(2025, 9, 25, 21) + n * 3_600_000),
      costNano: 1n,
    }));
    const { ctx } = await openTenant(hours);
    await db.as(ctx.caller, rollUp);
    const range = { from: day('2025-10-25T00:00'), to: day('2025-10-28T00:00') };
    const days = await ask(ctx, { ...range, by: ['DAY'], timeZone: 'Europe/Warsaw', orderBy: 'KEYS_ASC' });
    expect(keyed(days)).toEqual([
      ['2025-10-25', 1n, 1],
      ['2025-10-26', 25n, 25],
      ['2025-10-27', 1n, 1],
    ]);
    const byHour = await ask(ctx, { ...range, by: ['HOUR'], timeZone: 'Europe/Warsaw' });
    expect(byHour.rows).toHaveLength(27);
  });

  test('of 3 models shows 2 when 2 are asked for, says that it is truncated, and totals all 3', async () => {
    const { ctx } = await openTenant(['a', 'b', 'c'].map((model, n) => ({ model, costNano: BigInt(n + 1) })));
    const { rows, total, truncated } = await ask(ctx, { first: 2 });
    expect([rows.map(({ keys }) => keys[0]?.value), total.costNano, total.calls, truncated]).toEqual([
      ['c', 'b'],
      6n,
      3,
      true,
    ]);
    expect((await ask(ctx, { first: 3 })).truncated).toBe(false);
  });

  test('by tag counts a line once for each of its tags, and lines without one as null', async () => {
    const { ctx } = await openTenant([{ tags: ['x', 'y'] }, { tags: ['x'] }, {}]);
    const found = keyed(await ask(ctx, { by: ['TAG'], orderBy: 'KEYS_ASC' }));
    expect(found.map(([tag, , calls]) => [tag, calls])).toEqual([
      ['x', 2],
      ['y', 1],
      [null, 1],
    ]);
  });

  test('counts an unpriced call until an adjustment prices it, and then its amount, rolled up or not', async () => {
    const { ctx, projectId, ids } = await openTenant([{ costNano: null }, { costNano: null }]);
    const read = async () => {
      const { total } = await ask(ctx, {});
      expect((await ask(ctx, { by: ['TAG'] })).total).toEqual(total);
      return total;
    };
    expect(await read()).toMatchObject({ calls: 2, unpricedCalls: 2, costNano: 0n });
    const adjustment: TestLine = { projectId, kind: 'ADJUSTMENT', adjusts: ids[0] ?? '', costNano: 5n, calls: 0 };
    await db.as(ctx.caller, rollUp);
    await db.as(ctx.caller, (tx) => insertLedgerLines(tx, [adjustment]));
    expect(await read()).toMatchObject({ calls: 2, unpricedCalls: 1, costNano: 5n });
    await db.as(ctx.caller, rollUp);
    await db.as(ctx.caller, (tx) => insertLedgerLines(tx, [{ ...adjustment, costNano: -2n }]));
    expect(await read()).toMatchObject({ calls: 2, unpricedCalls: 1, costNano: 3n });
  });

  test('answers nothing spent with no row and a total of zeros', async () => {
    const { ctx } = await openTenant([]);
    expect(await ask(ctx, {})).toMatchObject({ rows: [], total: { costNano: 0n, calls: 0 }, truncated: false });
  });

  test.each<[string, Partial<CostBreakdownInput>]>([
    ['input.by: must hold 1 to 4 dimensions, not 0', { by: [] }],
    ['input.by: must hold 1 to 4 dimensions, not 5', { by: ['MODEL', 'USER', 'DAY', 'AGENT', 'SESSION'] }],
    ['input.by: holds MODEL twice', { by: ['MODEL', 'MODEL'] }],
    ['input.first: must be 1 to 1000, not 1001', { first: 1001 }],
    ['input.to: must be after from', { from: day('2026-01-02T00:00'), to: day('2026-01-02T00:00') }],
    ['input.from: must be at most 366 days', { from: day('2024-01-01T00:00'), to: day('2026-01-01T00:00') }],
    [
      'input.from: must be at most 31 days',
      { by: ['TAG'], from: day('2026-01-01T00:00'), to: day('2026-03-01T00:00') },
    ],
    [
      'input.from: must be at most 31 days',
      { filter: { tags: ['a'] }, from: day('2026-01-01T00:00'), to: day('2026-03-01T00:00') },
    ],
    ['input.timeZone: must be an IANA time zone', { timeZone: 'Mars/Olympus' }],
    ['input.timeZone: must be an IANA time zone', { timeZone: '+01:00' }],
    ['input.filter.apiKeyId: must be a UUID', { filter: { apiKeyId: "' or true" } }],
    ['input.filter.model: holds a NUL character', { filter: { model: 'a\0b' } }],
  ])('refuses with %s: question %#', async (message, input) => {
    const ctx = createTestContext(db, testCaller());
    await expect(ask(ctx, input)).rejects.toThrow(message);
  });
});

describe('lines of the ledger', () => {
  test('come in pages of 2, newest first and dearest first, without a gap or a repeat', async () => {
    const { ctx } = await openTenant([3n, 1n, null, 2n, 2n].map((costNano, n) => ({ costNano, userId: `u${n}` })));
    const pages = async (orderBy: 'CREATED_AT_DESC' | 'COST_DESC') => {
      const users = [];
      for (let after: string | null = null; ; ) {
        const { nodes, pageInfo } = await listCostLogs(ctx, { orderBy, first: 2, after });
        users.push(...nodes.map(({ userId }) => userId));
        if (!pageInfo.hasNextPage) return users;
        after = pageInfo.endCursor;
      }
    };
    expect(await pages('CREATED_AT_DESC')).toEqual(['u4', 'u3', 'u2', 'u1', 'u0']);
    expect(await pages('COST_DESC')).toEqual(['u0', 'u4', 'u3', 'u1', 'u2']);
  });

  test('are filtered by each of their labels', async () => {
    const key = uuidv7();
    const run = uuidv7();
    const { ctx } = await openTenant([
      {
        userId: 'u',
        agentId: 'a',
        sessionId: 's',
        apiKeyId: key,
        triggerId: 't',
        executionId: 'e',
        runId: run,
        model: 'm',
      },
      {
        subjectType: 'memory',
        subjectId: 'x',
        tags: ['one', 'two'],
        operation: 'RERANK',
        costNano: null,
        provider: 'own',
      },
    ]);
    const countOf = async (filter: Record<string, unknown>) =>
      (await listCostLogs(ctx, { filter, orderBy: 'COST_DESC', first: 10 })).nodes.length;
    const own = {
      userId: 'u',
      agentId: 'a',
      sessionId: 's',
      apiKeyId: key.toUpperCase(),
      triggerId: 't',
      executionId: 'e',
    };
    const other = { subjectType: 'memory', subjectId: 'x', operation: 'RERANK', priced: false, provider: 'own' };
    for (const [name, value] of Object.entries({
      ...own,
      workflowRunId: run,
      model: 'm',
      ...other,
      tags: ['two', 'one'],
    }))
      expect([name, await countOf({ [name]: value })]).toEqual([name, 1]);
    expect(await countOf({ kind: 'CALL' })).toBe(2);
    expect(await countOf({ tags: ['one', 'three'] })).toBe(0);
    expect(await countOf({ to: new Date(0) })).toBe(0);
  });
});

describe('the cost of one thing', () => {
  const memory = { type: 'memory', id: 'm1' };
  const lines: Partial<TestLine>[] = [
    { subjectType: 'memory', subjectId: 'm1', costNano: 10n, userId: 'u' },
    {
      shares: [
        { ...memory, costNano: 3n },
        { type: 'memory', id: 'm2', costNano: 4n },
      ],
      costNano: 7n,
      agentId: 'a',
    },
    { executionId: 'e1', runId: 'r1', stepId: 'st1', costNano: 20n },
    { subjectType: 'execution', subjectId: 'e1', executionId: 'e1', costNano: 1n },
    { subjectType: 'memory', subjectId: 'm1', origin: 'LOCAL', costNano: 0n, inputTokens: 5_000 },
    { subjectType: 'memory', subjectId: 'm1', costNano: null },
    { subjectType: 'search', subjectId: 'm1', costNano: 999n },
  ];

  test('sums its own lines and its shares, by subject and by cause, each line once, and no LOCAL ones', async () => {
    const { ctx } = await openTenant(lines);
    const refs = [memory, { type: 'memory', id: 'm2' }, { type: 'execution', id: 'e1' }, { type: 'run', id: 'r1' }];
    const read = [...refs, { type: 'step', id: 'st1' }, { type: 'memory', id: 'none' }];
    const totals = await db.as(ctx.caller, (tx) => readCosts(tx, read));
    expect(totals.map(({ costNano, calls }) => [costNano, calls])).toEqual([
      [13n, 3],
      [4n, 1],
      [21n, 2],
      [20n, 1],
      [20n, 1],
      [0n, 0],
    ]);
    expect(totals[0]).toMatchObject({ unpricedCalls: 1, inputTokens: 200, pending: false });
  });

  test('has its newest lines and those who paid', async () => {
    const { ctx, projectId } = await openTenant(lines);
    const log = await db.as(ctx.caller, (tx) => readCostLog(tx, memory, 2));
    expect(log.map(({ number }) => number)).toEqual(['6', '2']);
    const payers = await db.as(ctx.caller, (tx) => readPayers(tx, memory));
    expect(new Set(payers)).toEqual(
      new Set([
        { scope: 'PROJECT', scopeId: projectId },
        { scope: 'USER', scopeId: 'u' },
        { scope: 'AGENT', scopeId: 'a' },
      ]),
    );
  });

  test('is that of the caller’s own project alone for a bound key', async () => {
    const { ctx } = await openTenant(lines);
    const bound = { ...ctx.caller, projectId: uuidv7() };
    const [total] = await db.as(bound, (tx) => readCosts(tx, [memory]));
    expect(total).toMatchObject({ costNano: 0n, calls: 0 });
  });
});

test('stats count today and this month in UTC, priced or not, and no LOCAL calls, rolled up or not', async () => {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const { ctx, projectId } = await openTenant([
    { costNano: 5n },
    { costNano: null },
    { costNano: 0n, savedNano: 4n, cacheHit: true },
    { costNano: 0n, origin: 'LOCAL' },
    { costNano: 7n, occurredAt: new Date(month.getTime() - 1) },
  ]);
  const read = (of: string | null) => db.as(ctx.caller, (tx) => readSpendStats(tx, of));
  const expected = {
    nanoToday: 5n,
    nanoThisMonth: 5n,
    tokensToday: 330,
    callsToday: 3,
    unpricedToday: 1,
    cacheHitRate: 1 / 3,
  };
  expect(await read(null)).toMatchObject({ ...expected, savedNanoThisMonth: 4n });
  await db.as(ctx.caller, rollUp);
  expect(await read(projectId)).toMatchObject(expected);
  expect(await read(uuidv7())).toMatchObject({ nanoToday: 0n, cacheHitRate: 0 });
});

test('the loop sums the ledgers of all tenants that have 100 new lines', async () => {
  const { ctx } = await openTenant(manyLines());
  const quiet = await openTenant([{}]);
  const transactAs: typeof db.as = (caller, work) => db.as(caller, work);
  await rollUpAll({ transactAsWorker: db.asWorker, transactAs, logger: silentLogger });
  const cursorOf = async ({ caller }: Context) =>
    (await db.as(caller, (tx) => tx.query<{ number: string }>('select number from platform.cost_cursors')))[0]?.number;
  expect([await cursorOf(ctx), await cursorOf(quiet.ctx)]).toEqual(['400', undefined]);
});
