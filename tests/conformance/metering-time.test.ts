import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Spend, uuidv7 } from '@rae/kernel';
import { type BudgetInput, type Metering, NO_USAGE, raiseBudget, setBudget } from '@rae/metering';
import { openTestDatabase, openTestMetering, readWindows, type TestDatabase, testSpend } from '@rae/testkit';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

jest.setTimeout(60_000);

let own: OwnDatabase;
let db: TestDatabase;
let metering: Metering;
const START = new Date('2026-11-21T10:00:00Z');
let now = START;
const clock = { now: () => now };
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

beforeAll(async () => {
  own = await createOwnDatabase();
  db = await openTestDatabase(clock, own.url);
  metering = openTestMetering(db, clock);
});
beforeEach(() => {
  now = START;
});
afterAll(async () => {
  await metering.close();
  await db.close();
  await own.drop();
});

const set = (spend: Spend, input: Partial<BudgetInput> = {}) =>
  db.as(spend.caller, (tx) =>
    setBudget(tx, { scope: 'TENANT', scopeId: spend.caller.tenantId, window: 'DAILY', limitUsd: '1', ...input }),
  );
const windowsOf = (spend: Spend, id: string) => db.as(spend.caller, (tx) => readWindows(tx, id));
interface Line {
  readonly id: string;
  readonly kind: string;
  readonly adjusts: string | null;
  readonly cost: string | null;
  readonly input: number;
  readonly output: number;
  readonly calls: number;
  readonly estimated: boolean;
  readonly origin: string;
}
const ledgerOf = (spend: Spend) =>
  db.as(spend.caller, (tx) =>
    tx.query<Line>(
      `select id, kind, adjusts, cost_nano as cost, input_tokens::int as input, output_tokens::int as output, calls, estimated,
        price->>'origin' as origin from platform.ledger order by number`,
    ),
  );
const countEvents = async (spend: Spend, type: string): Promise<number> => {
  const rows = await db.as(spend.caller, (tx) =>
    tx.query('select from platform.events where tenant_id = $1 and type = $2', [tx.caller.tenantId, type]),
  );
  return rows.length;
};

/** gpt-4o costs 2.50 and 10 USD a million: the input of this call 0.001, all of it at most 0.006 USD. */
const CALL = { model: 'gpt-4o', inputTokens: 400, maxOutputTokens: 500, leaseSeconds: 60 };
const use = (inputTokens: number, outputTokens: number) => ({ usage: { ...NO_USAGE, inputTokens, outputTokens } });

describe('a lease that passes', () => {
  test('is settled once at the cost of the input, by 4 workers at once, and nothing stays held', async () => {
    const spend = testSpend();
    const budget = await set(spend);
    await metering.reserve(spend, CALL);
    pass(59);
    expect(await metering.chores.expire()).toBe(0);
    pass(1);
    const expired = await Promise.all([1, 2, 3, 4].map(() => metering.chores.expire()));
    expect(expired.reduce((sum, count) => sum + count)).toBe(1);
    expect(await ledgerOf(spend)).toMatchObject([
      { kind: 'CALL', cost: '1000000', input: 400, output: 0, estimated: true },
    ]);
    expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 1_000_000n, reserved: 0n, counted: 0n });
  });

  test('is moved by extend, and never to an earlier instant', async () => {
    const spend = testSpend();
    const { id } = await metering.reserve(spend, CALL);
    expect((await metering.extend(spend, id, 120)).expiresAt).toEqual(new Date('2026-11-21T10:02:00Z'));
    expect((await metering.extend(spend, id, 1)).expiresAt).toEqual(new Date('2026-11-21T10:02:00Z'));
    pass(119);
    expect(await metering.chores.expire()).toBe(0);
    pass(1);
    expect(await metering.chores.expire()).toBe(1);
    await expect(metering.extend(spend, id, 60)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(metering.release(spend, id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('and a settlement after it adds one ADJUSTMENT of the difference; the same again the same, another is CONFLICT', async () => {
    const spend = testSpend();
    const budget = await set(spend);
    const { id } = await metering.reserve(spend, CALL);
    pass(60);
    await metering.chores.expire();
    const late = await metering.settle(spend, id, use(400, 100));
    expect(await metering.settle(spend, id, use(400, 100))).toEqual({ ledgerId: late.ledgerId, repeated: true });
    await expect(metering.settle(spend, id, use(400, 101))).rejects.toMatchObject({ code: 'CONFLICT' });
    const [call, adjustment, ...more] = await ledgerOf(spend);
    expect(adjustment).toMatchObject({
      kind: 'ADJUSTMENT',
      adjusts: call?.id,
      cost: '1000000',
      input: 0,
      output: 100,
      calls: 0,
    });
    expect(more).toEqual([]);
    expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 2_000_000n, usedTokens: 500, reserved: 0n });
  });
});

describe('windows', () => {
  test('tell once that they are over, though 3 look at once, and the next one begins without a call', async () => {
    const spend = testSpend();
    const budget = await set(spend, { window: 'HOURLY' });
    pass(3_600);
    await Promise.all([1, 2, 3].map(() => metering.chores.tellResets()));
    pass(3_600);
    await metering.chores.tellResets();
    expect(await countEvents(spend, 'budget.reset')).toBe(2);
    expect((await windowsOf(spend, budget.id)).map(({ startsAt }) => startsAt.getUTCHours())).toEqual([10, 11, 12]);
  });

  test('of another zone begin when that of now has ended by the new calendar, and keep what was used', async () => {
    const spend = testSpend();
    const budget = await set(spend);
    await metering.record(spend, { ...use(400, 500), model: 'gpt-4o' });
    const moved = await set(spend, { timeZone: 'Asia/Tokyo' });
    expect(moved).toMatchObject({ id: budget.id, usedNano: 6_000_000n, resetsAt: new Date('2026-11-21T15:00:00Z') });
    now = new Date('2026-11-21T15:00:00Z');
    await metering.record(spend, { ...use(400, 0), model: 'gpt-4o' });
    expect((await windowsOf(spend, budget.id)).map(({ used }) => used)).toEqual([6_000_000n, 1_000_000n]);
  });

  test('of three days ago take what is recorded of then', async () => {
    const spend = testSpend();
    const budget = await set(spend);
    await metering.record(spend, { ...use(400, 0), model: 'gpt-4o', occurredAt: new Date('2026-11-18T23:00:00Z') });
    expect(await windowsOf(spend, budget.id)).toMatchObject([
      { startsAt: new Date('2026-11-18T00:00:00Z'), used: 1_000_000n },
      { startsAt: new Date('2026-11-21T00:00:00Z'), used: 0n },
    ]);
  });

  test('have more room while a raise is in force, and not after it', async () => {
    const spend = testSpend();
    const { id } = await set(spend, { limitUsd: '0.01' });
    await metering.reserve(spend, CALL);
    const until = new Date(now.getTime() + 600_000);
    await db.as(spend.caller, (tx) => raiseBudget(tx, { id, extraUsd: '0.002', until, reason: 'a demo' }));
    await metering.reserve(spend, CALL);
    await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({ details: { limit: '0.012' } });
    pass(600);
    await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({
      details: { limit: '0.01', reserved: '0.012' },
    });
    expect(await countEvents(spend, 'budget.limit_changed')).toBe(2);
  });
});

test('calls of a local model are one line a minute, cost 0, move no budget and tell nothing', async () => {
  const spend = testSpend({ operation: 'EMBEDDING' });
  const budget = await set(spend);
  for (let n = 0; n < 3; n++)
    metering.recordLocal(spend, { provider: 'local', model: 'use-lite-int8', inputTokens: 10, outputTokens: 0 });
  await metering.chores.writeLocal();
  expect(await ledgerOf(spend)).toEqual([]);
  pass(120);
  await Promise.all([metering.chores.writeLocal(), metering.chores.writeLocal()]);
  expect(await ledgerOf(spend)).toMatchObject([{ calls: 3, input: 30, cost: '0', origin: 'LOCAL' }]);
  expect(await countEvents(spend, 'cost.recorded')).toBe(0);
  expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 0n, usedTokens: 0 });
});

describe('a price that becomes known', () => {
  const setPrice = (spend: Spend, model: string, input: string, from: Date) =>
    db.as(spend.caller, (tx) =>
      tx.query(
        `insert into platform.model_prices (tenant_id, id, provider, model, input_per_million, output_per_million, effective_from, created_at, created_by)
          values ($1, $2, 'acme', $3, $4, 0, $5, $6, 'test')`,
        [tx.caller.tenantId, uuidv7(), model, input, from, tx.now],
      ),
    );

  test('is booked on what was called since then: budgets and sums move, and a second time moves nothing', async () => {
    const spend = testSpend();
    const budget = await set(spend, { action: 'ALERT' });
    await metering.record(spend, {
      ...use(1_000, 0),
      model: 'acme/one',
      occurredAt: new Date(now.getTime() - 7_200_000),
    });
    const held = await metering.reserve(spend, { ...CALL, model: 'acme/one' });
    await metering.settle(spend, held.id, use(400, 0));
    expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 0n, unpriced: 2 });
    const since = new Date(now.getTime() - 3_600_000);
    await setPrice(spend, 'one', '5', since);
    const of = { provider: 'acme', model: 'one', since };
    expect(await metering.reprice(spend, of)).toBe(1);
    expect(await metering.reprice(spend, of)).toBe(0);
    expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 2_000_000n, unpriced: 1 });
    expect((await ledgerOf(spend)).map(({ kind, cost }) => [kind, cost])).toEqual([
      ['CALL', null],
      ['CALL', null],
      ['ADJUSTMENT', '2000000'],
    ]);
  });

  test('and a lower one set later takes back the difference', async () => {
    const spend = testSpend();
    const budget = await set(spend, { action: 'ALERT' });
    await setPrice(spend, 'two', '5', START);
    await metering.record(spend, { ...use(1_000, 0), model: 'acme/two' });
    await setPrice(spend, 'two', '2', START);
    expect(await metering.reprice(spend, { provider: 'acme', model: 'two', since: START })).toBe(1);
    expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 2_000_000n });
    expect((await ledgerOf(spend)).map(({ cost }) => cost)).toEqual(['5000000', '-3000000']);
  });

  test('of 250 calls is booked in their order while 20 others are settled; the budget, the ledger and its chain agree', async () => {
    const spend = testSpend();
    const [budget, hourly] = [
      await set(spend, { action: 'ALERT', limitUsd: '90' }),
      await set(spend, { window: 'HOURLY', limitUsd: '90' }),
    ];
    await setPrice(spend, 'three', '1', START);
    await Promise.all(
      Array.from({ length: 250 }, () => metering.record(spend, { ...use(1_000, 0), model: 'acme/three' })),
    );
    const held = await Promise.all(Array.from({ length: 20 }, () => metering.reserve(spend, CALL)));
    await setPrice(spend, 'three', '3', START);
    const of = { provider: 'acme', model: 'three', since: START };
    const settled = held.map(({ id }) => metering.settle(spend, id, use(1, 0)));
    const [first, second] = await Promise.all([metering.reprice(spend, of), metering.reprice(spend, of), ...settled]);
    expect([first, second].map(Number).reduce((sum, lines) => sum + lines, 0)).toBe(250);
    const chain = await db.as(spend.caller, (tx) =>
      tx.query<{ lines: number; gaps: number; sum: string; ordered: boolean }>(
        `select count(*)::int as lines, sum(cost_nano)::text as sum, count(*) filter (where previous_hash <> before)::int as gaps,
          array_agg(called order by number) filter (where called is not null)
            = array_agg(called order by called) filter (where called is not null) as ordered
        from (select l.number, l.cost_nano, l.previous_hash, lag(l.hash) over (order by l.number) as before, c.number as called
          from platform.ledger l left join platform.ledger c on c.id = l.adjusts) one`,
      ),
    );
    expect(chain).toMatchObject([{ lines: 520, gaps: 0, ordered: true }]);
    for (const { id } of [budget, hourly])
      expect((await windowsOf(spend, id))[0]?.used).toBe(BigInt(chain[0]?.sum ?? 0));
  });
});

test('a batch is shared out by weight to the last nano-dollar and token', async () => {
  const subjects = [3, 3, 1].map((weight, n) => ({ type: 'memory', id: `m${n}`, weight }));
  const spend = testSpend({ subjects });
  await metering.record(spend, { ...use(401, 0), model: 'gpt-4o' });
  const shares = await db.as(spend.caller, (tx) =>
    tx.query(
      'select subject_id as id, cost_nano as cost, input_tokens::int as input from platform.cost_shares order by place',
    ),
  );
  expect(shares).toEqual([
    { id: 'm0', cost: '429643', input: 172 },
    { id: 'm1', cost: '429643', input: 172 },
    { id: 'm2', cost: '143214', input: 57 },
  ]);
});

test('each line has the hash of its bytes and of the line before, and the head that of the last', async () => {
  const spend = testSpend({ userId: 'ünï "quoted"', subjects: [{ type: 'memory', id: 'm', weight: 1 }] });
  for (let n = 0; n < 3; n++)
    await metering.record(spend, { ...use(400, n), model: 'gpt-4o', tags: ['a'], metadata: { n }, latencyMs: 1.5 });
  const lines = await db.as(spend.caller, (tx) =>
    tx.query<{ bytes: Buffer; hash: Buffer; previous: Buffer }>(
      'select platform.ledger_bytes(l) as bytes, hash, previous_hash as previous from platform.ledger l order by number',
    ),
  );
  const sha256 = (...parts: (string | Buffer)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  let previous: Buffer = sha256(`rae ledger ${spend.caller.tenantId}`);
  for (const line of lines) {
    expect(line.previous.equals(previous)).toBe(true);
    expect(line.hash.equals(sha256(previous, line.bytes))).toBe(true);
    previous = line.hash;
  }
  const [head] = await db.as(spend.caller, (tx) =>
    tx.query<{ hash: Buffer }>('select hash from platform.ledger_heads'),
  );
  expect([lines.length, head?.hash.equals(previous)]).toEqual([3, true]);
});

describe('bad input is BAD_USER_INPUT and changes nothing', () => {
  test.each([
    ['negative tokens', { inputTokens: -1 }],
    ['2^53 tokens', { inputTokens: 2 ** 53 }],
    ['more output than is counted', { maxOutputTokens: Number.MAX_SAFE_INTEGER }],
    ['a lease of 0 seconds', { leaseSeconds: 0 }],
    ['a lease of 3 601 seconds', { leaseSeconds: 3_601 }],
  ])('a call of %s', async (_, wrong) => {
    await expect(metering.reserve(testSpend(), { ...CALL, ...wrong })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test.each([
    ['limit of 0', { limitUsd: '0' }],
    ['negative limit', { limitUsd: '-1' }],
    ['limit of NaN', { limitUsd: 'NaN' }],
    ['limit of 1e400', { limitUsd: '1e400' }],
    ['limit of 0 tokens', { limitUsd: null, limitTokens: 0 }],
    ['budget without a limit', { limitUsd: null }],
    ['unknown zone', { timeZone: 'Mars/Olympus' }],
    ['week that starts on day 8', { weekStartsOn: 8 }],
    ['month that starts on day 29', { monthStartsOn: 29 }],
    ['threshold of 0', { thresholds: [0] }],
    ['DOWNGRADE without a model', { action: 'DOWNGRADE' as const }],
  ])('a %s', async (_, wrong) => {
    await expect(set(testSpend(), wrong)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('more cached tokens than input, usage of 32 days ago and a raise in the past', async () => {
    const spend = testSpend();
    const { id } = await metering.reserve(spend, CALL);
    const cached = { usage: { ...NO_USAGE, inputTokens: 1, cachedInputTokens: 2 } };
    await expect(metering.settle(spend, id, cached)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const old = { ...use(1, 1), model: 'gpt-4o', occurredAt: new Date(START.getTime() - 32 * 86_400_000) };
    await expect(metering.record(spend, old)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const budget = await set(spend);
    const raise = db.as(spend.caller, (tx) => raiseBudget(tx, { id: budget.id, extraUsd: '1', until: START }));
    await expect(raise).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await ledgerOf(spend)).toEqual([]);
  });
});
