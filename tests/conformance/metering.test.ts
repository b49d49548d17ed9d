import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createChainSigner, verifyWholeChain } from '@rae/audit';
import { openRedisScripts, type RedisScripts } from '@rae/events';
import { type Caller, type Spend, type Transaction, uuidv7 } from '@rae/kernel';
import { type BudgetInput, ledgerSource, type Metering, NO_USAGE, setBudget, setTenantSettings } from '@rae/metering';
import {
  openTestDatabase,
  openTestMetering,
  readWindows,
  silentLogger,
  type TestDatabase,
  testCaller,
  testSpend,
} from '@rae/testkit';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

jest.setTimeout(60_000);

let own: OwnDatabase;
let db: TestDatabase;
let metering: Metering;
const START = new Date('2026-11-21T10:00:00Z');
let now = START;
const clock = { now: () => now };

const openRedis = (): RedisScripts | null => {
  const url = process.env.REDIS_URL;
  return url ? openRedisScripts({ url, logger: silentLogger, away: 'away', answerWithinMs: 5_000 }) : null;
};

/** Both sides admit alike: Postgres alone (or PGlite), and Redis before it where there is a Redis. */
const SIDES = process.env.REDIS_URL ? ['POSTGRES', 'REDIS'] : ['POSTGRES'];

const modeOf = async (): Promise<string> => {
  const [row] = await db.asWorker((tx) => tx.query<{ mode: string }>('select mode from platform.admission'));
  return row?.mode ?? '';
};

const set = (spend: Spend, input: Partial<BudgetInput> = {}) =>
  db.as(spend.caller, (tx) =>
    setBudget(tx, { scope: 'TENANT', scopeId: spend.caller.tenantId, window: 'DAILY', limitUsd: '0.01', ...input }),
  );
const windowsOf = async (spend: Spend, id: string) => {
  const windows = await db.as(spend.caller, (tx) => readWindows(tx, id));
  if ((await modeOf()) === 'POSTGRES') for (const { counted, reserved } of windows) expect(counted).toBe(reserved);
  return windows;
};
const ledgerOf = (spend: Spend) =>
  db.as(spend.caller, (tx) =>
    tx.query<{ id: string; kind: string; cost: string | null; adjusts: string | null; input: number; output: number }>(
      `select id, kind, cost_nano as cost, adjusts, input_tokens::int as input, output_tokens::int as output from platform.ledger order by number`,
    ),
  );
const eventsOf = async (spend: Spend): Promise<string[]> => {
  const rows = await db.as(spend.caller, (tx) =>
    tx.query<{ type: string }>('select type from platform.events where tenant_id = $1 order by seq', [
      tx.caller.tenantId,
    ]),
  );
  return rows.map(({ type }) => type);
};

/** gpt-4o costs 2.50 and 10 USD a million: this call at most 0.006 USD. */
const CALL = { model: 'gpt-4o', inputTokens: 400, maxOutputTokens: 500, leaseSeconds: 60 };
const use = (inputTokens: number, outputTokens: number) => ({ usage: { ...NO_USAGE, inputTokens, outputTokens } });
const FULL = use(400, 500);

describe.each(SIDES)('admissions by %s', (side) => {
  beforeAll(async () => {
    own = await createOwnDatabase();
    db = await openTestDatabase(clock, own.url);
    metering = openTestMetering(db, clock, side === 'REDIS' ? openRedis() : null);
    // Redis is there once it has answered; each look asks Postgres.
    do await metering.chores.sweep();
    while ((await modeOf()) !== side);
  });
  beforeEach(() => {
    now = START;
  });
  afterAll(async () => {
    expect(await modeOf()).toBe(side);
    await metering.close();
    await db.close();
    await own.drop();
  });

  describe('a budget of 0.01 USD a day', () => {
    test('lets a call of 0.006 pass and refuses the second with limit, used, held, requested and when it resets', async () => {
      const spend = testSpend();
      const budget = await set(spend, { timeZone: 'Asia/Tokyo' });
      const held = await metering.reserve(spend, CALL);
      expect(held).toMatchObject({ status: 'HELD', provider: 'openai', model: 'gpt-4o', amountNano: 6_000_000n });
      const details = {
        budgetId: budget.id,
        scope: 'TENANT',
        scopeId: spend.caller.tenantId,
        window: 'DAILY',
        unit: 'USD',
      };
      const figures = { limit: '0.01', reserved: '0.006', used: '0', requested: '0.006' };
      await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({
        code: 'BUDGET_EXCEEDED',
        details: { ...details, ...figures, resetsAt: '2026-11-21T15:00:00.000Z' },
      });
      await metering.settle(spend, held.id, FULL);
      await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({
        details: { ...figures, used: '0.006', reserved: '0' },
      });
      expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 6_000_000n, reserved: 0n, rejections: 2 });
    });

    test('lets it pass after midnight in the zone of the budget, and not a millisecond before; each day tells its thresholds', async () => {
      const spend = testSpend();
      const budget = await set(spend, { timeZone: 'Asia/Tokyo' });
      const first = await metering.reserve(spend, CALL);
      now = new Date('2026-11-21T14:59:59.999Z');
      await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
      now = new Date('2026-11-21T15:00:00.000Z');
      const second = await metering.reserve(spend, CALL);
      await metering.settle(spend, first.id, FULL);
      await metering.settle(spend, second.id, FULL);
      expect(await windowsOf(spend, budget.id)).toMatchObject([
        { startsAt: new Date('2026-11-20T15:00:00Z'), used: 6_000_000n, reserved: 0n },
        { startsAt: new Date('2026-11-21T15:00:00Z'), used: 6_000_000n, reserved: 0n },
      ]);
      const told = (await eventsOf(spend)).filter((type) => type === 'budget.threshold_reached');
      expect(told).toHaveLength(2); // half of it, on both days
    });

    test('counts in the window of the old day again when the clock is moved back', async () => {
      const spend = testSpend();
      await set(spend);
      await metering.reserve(spend, CALL);
      now = new Date('2026-11-22T00:00:01Z');
      await metering.reserve(spend, CALL);
      now = START;
      await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    });
  });

  test('budgets of session, key, agent, user, project and tenant all hold, whether the input or the key names them', async () => {
    const caller: Caller = { ...testCaller(), apiKeyId: uuidv7(), agentId: 'bound-agent', userId: 'bound-user' };
    const spend = testSpend({ caller, agentId: 'agent', userId: 'user', sessionId: 'session' });
    const scopes: [BudgetInput['scope'], string][] = [
      ['TENANT', caller.tenantId],
      ['PROJECT', spend.projectId],
      ['USER', 'user'],
      ['USER', 'bound-user'],
      ['AGENT', 'agent'],
      ['AGENT', 'bound-agent'],
      ['SESSION', 'session'],
      ['API_KEY', caller.apiKeyId ?? ''],
    ];
    for (const [scope, scopeId] of scopes) {
      const { id } = await set(spend, { scope, scopeId, window: 'TOTAL' });
      const held = await metering.reserve(spend, CALL);
      expect((await windowsOf(spend, id))[0]).toMatchObject({ reserved: 6_000_000n, reservedTokens: 900 });
      await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({
        details: { scope, scopeId, resetsAt: null },
      });
      await metering.release(spend, held.id);
      expect((await windowsOf(spend, id))[0]).toMatchObject({ used: 0n, reserved: 0n });
      await set(spend, { scope, scopeId, window: 'TOTAL', limitUsd: '1000' });
    }
    const stranger = testSpend({ caller: { ...testCaller(caller.tenantId) } });
    expect((await metering.reserve(stranger, CALL)).status).toBe('HELD');
  });

  describe('settling', () => {
    test('the same usage again gives the same line, another usage is CONFLICT, and the line stays alone', async () => {
      const spend = testSpend();
      const { id } = await metering.reserve(spend, CALL);
      const first = await metering.settle(spend, id, use(400, 100));
      expect(await metering.settle(spend, id, use(400, 100))).toEqual({ ledgerId: first.ledgerId, repeated: true });
      await expect(metering.settle(spend, id, use(400, 101))).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await ledgerOf(spend)).toEqual([expect.objectContaining({ id: first.ledgerId, cost: '2000000' })]);
    });

    test('of another tenant, of another project by a bound key, and of nothing is NOT_FOUND', async () => {
      const spend = testSpend();
      const { id } = await metering.reserve(spend, CALL);
      const bound = { ...spend, caller: { ...spend.caller, projectId: uuidv7() } };
      for (const other of [testSpend(), bound]) {
        await expect(metering.settle(other, id, FULL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await expect(metering.release(other, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await expect(metering.extend(other, id, 60)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      }
      await expect(metering.settle(spend, uuidv7(), FULL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(metering.settle(spend, 'nothing', FULL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('after a release, which makes room, and a release after it, are CONFLICT; a release again changes nothing', async () => {
      const spend = testSpend();
      await set(spend); // has room for one of the two
      const released = await metering.reserve(spend, CALL);
      await metering.release(spend, released.id);
      expect((await metering.release(spend, released.id)).status).toBe('RELEASED');
      await expect(metering.settle(spend, released.id, FULL)).rejects.toMatchObject({ code: 'CONFLICT' });
      const settled = await metering.reserve(spend, CALL);
      await metering.settle(spend, settled.id, FULL);
      await expect(metering.release(spend, settled.id)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(metering.extend(spend, settled.id, 60)).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    test('more than was held is booked in full and raises EXCEEDED once', async () => {
      const spend = testSpend();
      const budget = await set(spend);
      const { id } = await metering.reserve(spend, CALL);
      await metering.settle(spend, id, use(400, 5_000));
      await metering.record(spend, { ...FULL, model: 'gpt-4o' });
      expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 57_000_000n, reserved: 0n });
      expect((await eventsOf(spend)).filter((type) => type === 'budget.exceeded')).toHaveLength(1);
    });

    test('of 7 at once each has its own outcome: 4 lines, a repetition, CONFLICT for a released one, NOT_FOUND for another project', async () => {
      const spend = testSpend();
      const budget = await set(spend, { limitUsd: '1' });
      const ids = (await Promise.all(Array.from({ length: 5 }, () => metering.reserve(spend, CALL)))).map(
        ({ id }) => id,
      );
      const [a = '', b = '', c = '', d = '', released = ''] = ids;
      await metering.release(spend, released);
      const bound = { ...spend, caller: { ...spend.caller, projectId: uuidv7() } };
      const settled = await Promise.allSettled([
        ...[a, b, b, released].map((id) => metering.settle(spend, id, FULL)),
        metering.settle(bound, c, FULL),
        ...[c, d].map((id) => metering.settle(spend, id, FULL)),
      ]);
      const outcomes = settled.map((one) => (one.status === 'fulfilled' ? one.value.repeated : one.reason.code));
      expect([...outcomes.slice(1, 3).sort(), ...outcomes.slice(3)]).toEqual([
        false,
        true,
        'CONFLICT',
        'NOT_FOUND',
        false,
        false,
      ]);
      expect(outcomes[0]).toBe(false);
      expect(await ledgerOf(spend)).toHaveLength(4);
      expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 24_000_000n, reserved: 0n });
      expect((await eventsOf(spend)).filter((type) => type === 'cost.recorded')).toHaveLength(4);
    });

    test('of 20 at once, some of them for 3 subjects each, leaves one chain, whose shares sum to its lines', async () => {
      const spend = testSpend({ sessionId: 's' });
      const subjects = ['x', 'y', 'z'].map((id) => ({ type: 'memory', id, weight: 1 }));
      const spends = Array.from({ length: 20 }, (_, n) => (n % 4 === 0 ? { ...spend, subjects } : spend));
      const holds = await Promise.all(spends.map((one) => metering.reserve(one, CALL)));
      await Promise.all(holds.map(({ id }) => metering.settle(spend, id, use(401, 7))));
      const [shared] = await db.as(spend.caller, (tx) =>
        tx.query<{ lines: number; cost: string }>(
          'select count(distinct ledger_number)::int as lines, sum(cost_nano)::text as cost from platform.cost_shares',
        ),
      );
      expect(shared).toEqual({ lines: 5, cost: (5 * (401 * 2_500 + 7 * 10_000)).toString() });
      const read = <T>(work: (tx: Transaction) => Promise<T>) => db.as(spend.caller, work);
      const signer = createChainSigner('a secret of 32 characters or more!');
      const whole = { from: null, to: null };
      expect(await verifyWholeChain({ caller: spend.caller, source: ledgerSource, signer, read }, whole)).toMatchObject(
        {
          valid: true,
          entries: 20,
        },
      );
    });

    test('100 at once tell the thresholds 0.5, 0.8, 0.95 and 1 once each', async () => {
      const spend = testSpend();
      await set(spend, { limitUsd: '0.6', thresholds: [0.5, 0.8, 0.95, 1] });
      const holds = await Promise.all(Array.from({ length: 100 }, () => metering.reserve(spend, CALL)));
      await Promise.all(holds.map(({ id }) => metering.settle(spend, id, FULL)));
      const told = await db.as(spend.caller, (tx) =>
        tx.query<{ threshold: number }>(
          `select (payload->>'threshold')::float8 as threshold from platform.events
            where tenant_id = $1 and type = 'budget.threshold_reached' order by 1`,
          [tx.caller.tenantId],
        ),
      );
      expect(told.map(({ threshold }) => threshold)).toEqual([0.5, 0.8, 0.95, 1]);
      expect(await eventsOf(spend)).not.toContain('budget.exceeded');
    });
  });

  describe('a DOWNGRADE budget', () => {
    const cheap = { action: 'DOWNGRADE', downgradeTo: 'openai/gpt-4o-mini', downgradeAt: 0.5 } as const;

    test('names the cheaper model from its share on, tells it, and refuses at its limit', async () => {
      const spend = testSpend();
      await set(spend, { ...cheap, limitUsd: '0.0125' });
      const dear = await metering.reserve(spend, CALL);
      expect(dear).toMatchObject({ model: 'gpt-4o', downgraded: false });
      const second = await metering.reserve(spend, CALL);
      expect(second).toMatchObject({ model: 'gpt-4o', downgraded: false });
      const third = await metering.reserve(spend, CALL);
      expect(third).toMatchObject({
        model: 'gpt-4o-mini',
        downgraded: true,
        askedModel: 'openai/gpt-4o',
        amountNano: 360_000n,
      });
      await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({ details: { model: 'openai/gpt-4o-mini' } });
      expect((await eventsOf(spend)).filter((type) => type === 'budget.downgraded')).toHaveLength(1);
    });

    test('changes no model that is fixed, and refuses it at its limit', async () => {
      const spend = testSpend();
      await set(spend, { ...cheap, limitUsd: '0.007' });
      expect(await metering.reserve(spend, { ...CALL, fixedModel: true })).toMatchObject({ downgraded: false });
      await expect(metering.reserve(spend, { ...CALL, fixedModel: true })).rejects.toMatchObject({
        code: 'BUDGET_EXCEEDED',
      });
    });
  });

  test('an ALERT budget refuses nothing and tells that it is exceeded', async () => {
    const spend = testSpend();
    await set(spend, { action: 'ALERT', limitUsd: '0.001' });
    const { id } = await metering.reserve(spend, CALL);
    await metering.settle(spend, id, FULL);
    expect(await eventsOf(spend)).toEqual(expect.arrayContaining(['budget.exceeded', 'cost.recorded']));
  });

  test('a budget in tokens holds input and output, and names tokens when it refuses', async () => {
    const spend = testSpend();
    await set(spend, { limitUsd: null, limitTokens: 1_000 });
    await metering.reserve(spend, CALL);
    await expect(metering.reserve(spend, CALL)).rejects.toMatchObject({
      details: { unit: 'TOKENS', limit: 1_000, used: 0, reserved: 900, requested: 900 },
    });
  });

  describe('a model whose price nobody knows', () => {
    const unknown = { ...CALL, model: 'nobody/knows-this' };
    const policy = (spend: Spend, unpricedPolicy: 'DEFAULT' | 'REFUSE' | 'FALLBACK' | 'ALLOW') =>
      db.as(spend.caller, (tx) => setTenantSettings(tx, { unpricedPolicy }));

    test('is refused by default where a BLOCK budget in USD covers it, and let through elsewhere, unpriced and never 0', async () => {
      const spend = testSpend();
      const held = await metering.reserve(spend, unknown);
      await metering.settle(spend, held.id, FULL);
      expect(await ledgerOf(spend)).toEqual([expect.objectContaining({ cost: null })]);
      const budget = await set(spend);
      await expect(metering.reserve(spend, unknown)).rejects.toMatchObject({
        code: 'BUDGET_EXCEEDED',
        details: { reason: 'UNPRICED', budgetId: budget.id, requested: null },
      });
    });

    test('is always refused under REFUSE, charged at the stand-in price under FALLBACK, and let through under ALLOW', async () => {
      const spend = testSpend();
      await policy(spend, 'REFUSE');
      await expect(metering.reserve(spend, unknown)).rejects.toMatchObject({ details: { reason: 'UNPRICED' } });
      await policy(spend, 'FALLBACK');
      const held = await metering.reserve(spend, unknown);
      expect(held).toMatchObject({ amountNano: 19_000_000n, price: { origin: 'FALLBACK' } });
      const budget = await set(spend);
      await policy(spend, 'ALLOW');
      const open = await metering.reserve(spend, unknown);
      expect(open.amountNano).toBeNull();
      await metering.settle(spend, open.id, FULL);
      expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 0n, usedTokens: 900, unpriced: 1 });
    });
  });

  describe('idempotency', () => {
    test('one key reserves once and books once, also 8 at a time; other input is IDEMPOTENCY_CONFLICT', async () => {
      const spend = testSpend();
      const budget = await set(spend, { limitUsd: '1' });
      const keyed = { ...CALL, idempotencyKey: 'one' };
      const holds = await Promise.all(Array.from({ length: 8 }, () => metering.reserve(spend, keyed)));
      expect(new Set(holds.map(({ id }) => id)).size).toBe(1);
      await expect(metering.reserve(spend, { ...keyed, inputTokens: 401 })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
      });
      const recorded = { ...FULL, model: 'gpt-4o', idempotencyKey: 'one' };
      const lines = await Promise.all(Array.from({ length: 8 }, () => metering.record(spend, recorded)));
      expect(new Set(lines.map(({ ledgerId }) => ledgerId)).size).toBe(1);
      expect((await windowsOf(spend, budget.id))[0]).toMatchObject({ used: 6_000_000n, reserved: 6_000_000n });
    });

    test('a refused call leaves its key free for when there is room', async () => {
      const spend = testSpend();
      await set(spend, { limitUsd: '0.001' });
      const keyed = { ...CALL, idempotencyKey: 'later' };
      await expect(metering.reserve(spend, keyed)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
      await set(spend, { limitUsd: '1' });
      expect((await metering.reserve(spend, keyed)).status).toBe('HELD');
    });
  });
});
