import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openRedisScripts, type RedisScripts } from '@rae/events';
import { type Spend, uuidv7 } from '@rae/kernel';
import { type Budget, type Metering, NO_USAGE, setBudget } from '@rae/metering';
import {
  openTestDatabase,
  openTestMetering,
  readWindows,
  silentLogger,
  type TestDatabase,
  testCaller,
  testSpend,
} from '@rae/testkit';
import fc from 'fast-check';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

jest.setTimeout(60_000);

const SIDES = process.env.REDIS_URL ? ['POSTGRES', 'REDIS'] : ['POSTGRES'];
/** gpt-4o costs 2.50 and 10 USD a million: at most 0.0006 USD, of which the input is 0.0001. */
const CALL = { model: 'gpt-4o', inputTokens: 40, maxOutputTokens: 50, leaseSeconds: 60 };
const AMOUNT = 600_000n;
const LIMIT = 10_000_000n;

let own: OwnDatabase;
let db: TestDatabase;
let metering: Metering;
let redis: RedisScripts | null;
let now = new Date('2026-11-21T10:00:00Z');
const clock = { now: () => now };

const modeOf = async (): Promise<string> => {
  const [row] = await db.asWorker((tx) => tx.query<{ mode: string }>('select mode from platform.admission'));
  return row?.mode ?? '';
};
const openSide = (side: string): RedisScripts | null => {
  const url = process.env.REDIS_URL;
  if (side !== 'REDIS' || !url) return null;
  return openRedisScripts({ url, logger: silentLogger, away: 'away', answerWithinMs: 5_000 });
};
const windowOf = async (spend: Spend, { id }: Budget) => {
  const [window] = await db.as(spend.caller, (tx) => readWindows(tx, id));
  if (!window) throw new Error('the budget has no window');
  return window;
};
const sumLedger = async (spend: Spend): Promise<bigint> => {
  const [row] = await db.as(spend.caller, (tx) =>
    tx.query<{ sum: string }>('select coalesce(sum(cost_nano), 0)::text as sum from platform.ledger'),
  );
  return BigInt(row?.sum ?? 0);
};

/** Budgets of all scopes; those of the tenant and of the session have the limit. */
async function makeBudgets(): Promise<{ spend: Spend; budgets: Budget[] }> {
  const apiKeyId = uuidv7();
  const caller = { ...testCaller(), apiKeyId };
  const spend = testSpend({ caller, userId: 'user', agentId: 'agent', sessionId: 'session' });
  const ids = {
    TENANT: spend.caller.tenantId,
    PROJECT: spend.projectId,
    USER: 'user',
    AGENT: 'agent',
    SESSION: 'session',
    API_KEY: apiKeyId,
  };
  const scopes = ['TENANT', 'PROJECT', 'USER', 'AGENT', 'SESSION', 'API_KEY'] as const;
  const budgets = await db.as(spend.caller, async (tx) => {
    const made: Budget[] = [];
    for (const scope of scopes) {
      const limitUsd = scope === 'TENANT' || scope === 'SESSION' ? '0.01' : '1';
      made.push(await setBudget(tx, { scope, scopeId: ids[scope], window: 'DAILY', limitUsd }));
    }
    return made;
  });
  return { spend, budgets };
}

describe.each(SIDES)('admissions by %s', (side) => {
  beforeAll(async () => {
    own = await createOwnDatabase();
    db = await openTestDatabase(clock, own.url);
    redis = openSide(side);
    metering = openTestMetering(db, clock, redis);
    do await metering.chores.sweep();
    while ((await modeOf()) !== side);
  });
  afterAll(async () => {
    await metering.close();
    await db.close();
    await own.drop();
  });

  test('of 200 parallel reservations over all 6 scopes where 16 fit, 16 pass, and used and held never pass the limit', async () => {
    const { spend, budgets } = await makeBudgets();
    const [tenant] = budgets;
    if (!tenant) throw new Error('no budget');
    let running = true;
    let highest = 0n;
    const sample = async () => {
      while (running) {
        const { used, reserved } = await windowOf(spend, tenant);
        if (used + reserved > highest) highest = used + reserved;
      }
    };
    const sampler = sample();
    const holds = await Promise.allSettled(Array.from({ length: 200 }, () => metering.reserve(spend, CALL)));
    const held = holds.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.all(
      held.map(({ id }) => metering.settle(spend, id, { usage: { ...NO_USAGE, inputTokens: 40, outputTokens: 45 } })),
    );
    running = false;
    await sampler;
    expect([held.length, highest <= LIMIT]).toEqual([16, true]);
    for (const budget of budgets)
      expect(await windowOf(spend, budget)).toMatchObject({ used: 8_800_000n, reserved: 0n });
    expect(await sumLedger(spend)).toBe(8_800_000n);
  });

  test('any interleaving of reserve, extend, settle, release, record, expire, double and lost calls ends with nothing held, ledger = counters, and no admission past the limit', async () => {
    const step = fc.record({
      act: fc.constantFrom(
        'reserve',
        'reserve',
        'reserve',
        'settle',
        'settle',
        'release',
        'extend',
        'expire',
        'twice',
        'lose',
        'pass',
      ),
      pick: fc.nat(20),
      output: fc.nat(50),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 8 }),
        async (rounds) => {
          const { spend, budgets } = await makeBudgets();
          const ids: string[] = [];
          const act = async ({ act: what, pick, output }: { act: string; pick: number; output: number }) => {
            const id = ids[pick % Math.max(ids.length, 1)];
            const used = { usage: { ...NO_USAGE, inputTokens: 40, outputTokens: output } };
            if (what === 'pass') {
              now = new Date(now.getTime() + 61_000);
              await metering.chores.sweep();
            } else if (what === 'reserve') ids.push((await metering.reserve(spend, CALL)).id);
            else if (what === 'expire') await metering.chores.expire();
            else if (what === 'lose') await loseRedis();
            else if (id && what === 'settle') await metering.settle(spend, id, used);
            else if (id && what === 'release') await metering.release(spend, id);
            else if (id && what === 'extend') await metering.extend(spend, id, 90);
            else if (id && what === 'twice')
              await Promise.all([metering.settle(spend, id, used), metering.settle(spend, id, used)]);
          };
          for (const round of rounds) {
            await Promise.allSettled(round.map(act));
            for (const budget of budgets.filter(({ limitNano }) => limitNano === LIMIT)) {
              const { used, reserved } = await windowOf(spend, budget);
              expect(used + reserved <= LIMIT).toBe(true);
            }
          }
          now = new Date(now.getTime() + 200_000);
          while ((await metering.chores.expire()) > 0);
          const sum = await sumLedger(spend);
          for (const budget of budgets)
            expect(await windowOf(spend, budget)).toMatchObject({ used: sum, reserved: 0n });
          // What is free is free to whoever decides: as many more pass as fit.
          const fit = Number((LIMIT - sum) / AMOUNT);
          const more = Array.from({ length: fit + 1 }, () => metering.reserve(spend, CALL));
          const passed = (await Promise.allSettled(more)).filter(({ status }) => status === 'fulfilled');
          expect(passed).toHaveLength(fit);
        },
      ),
      { numRuns: 12 },
    );
  });
});

const FORGET = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end return {'GONE'}`;

/** Redis forgets all of this database, as one does that is started anew; where there is none, nothing is lost. */
async function loseRedis(): Promise<void> {
  const [row] = await db.asWorker((tx) => tx.query<{ space: string }>('select space from platform.admission'));
  await redis?.run({ name: 'raeTestForget', lua: FORGET }, [], [`{rae:admission:${row?.space}*`]);
}
