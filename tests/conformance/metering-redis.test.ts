import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openRedisScripts } from '@rae/events';
import { type Budget, type Metering, NO_USAGE, setBudget } from '@rae/metering';
import {
  openTestDatabase,
  openTestMetering,
  readWindows,
  silentLogger,
  type TestDatabase,
  testSpend,
} from '@rae/testkit';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';
import { createOwnRedis, type OwnRedis } from './lib/own-redis.ts';

jest.setTimeout(60_000);

/** gpt-4o costs 2.50 and 10 USD a million: at most 0.0006 USD, of which 0.01 holds 16. */
const CALL = { model: 'gpt-4o', inputTokens: 40, maxOutputTokens: 50, leaseSeconds: 600 };
const USED = { usage: { ...NO_USAGE, inputTokens: 40, outputTokens: 45 } };

const spend = testSpend();
let now = new Date('2026-11-21T10:00:00Z');
let own: OwnDatabase;
let db: TestDatabase;
let redis: OwnRedis;
let metering: Metering;
let budget: Budget;

const readAdmission = async () => {
  const [row] = await db.asWorker((tx) =>
    tx.query<{ mode: string; epoch: number }>('select mode, epoch::int as epoch from platform.admission'),
  );
  return { mode: row?.mode ?? '', epoch: row?.epoch ?? 0 };
};
/** Looks again and again, as a worker does each second, until Redis admits. */
async function untilRedis(): Promise<number> {
  for (;;) {
    await metering.chores.sweep();
    const { mode, epoch } = await readAdmission();
    if (mode === 'REDIS') return epoch;
  }
}
/** So many at once: how many pass, and the ids of those; the others must be refused by the budget. */
async function reserve(count: number): Promise<string[]> {
  const asked = Array.from({ length: count }, () => metering.reserve(spend, CALL));
  const answers = await Promise.allSettled(asked);
  const refusals = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  expect(refusals.filter((code) => code !== 'BUDGET_EXCEEDED')).toEqual([]);
  return answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
}
const windowNow = async () => (await db.as(spend.caller, (tx) => readWindows(tx, budget.id)))[0];

if (process.env.DATABASE_URL && process.env.REDIS_URL)
  describe('a Redis that is killed', () => {
    beforeAll(async () => {
      [own, redis] = await Promise.all([createOwnDatabase(), createOwnRedis()]);
      await redis.start();
      const clock = { now: () => now };
      db = await openTestDatabase(clock, own.url);
      const scripts = openRedisScripts({ url: redis.url, logger: silentLogger, away: 'away', answerWithinMs: 1_000 });
      metering = openTestMetering(db, clock, scripts);
      const scopeId = spend.caller.tenantId;
      budget = await db.as(spend.caller, (tx) =>
        setBudget(tx, { scope: 'TENANT', scopeId, window: 'DAILY', limitUsd: '0.01' }),
      );
    });
    afterAll(async () => {
      await metering.close();
      await db.close();
      await own.drop();
      await redis.drop();
    });

    test('leaves the decision to Postgres, which has its holds, and is seeded with them under a new epoch when it is back', async () => {
      const first = await untilRedis();
      const held = await reserve(5);
      expect(held).toHaveLength(5);

      await redis.kill();
      const [once, twice] = [reserve(50), reserve(50)];
      held.push(...(await once), ...(await twice));
      expect(held).toHaveLength(16);
      expect(await readAdmission()).toEqual({ mode: 'POSTGRES', epoch: first + 1 });
      expect(await windowNow()).toMatchObject({ used: 0n, reserved: 9_600_000n });

      await redis.start();
      now = new Date(now.getTime() + 6_000); // it admits again after a rest of 5 s
      expect(await untilRedis()).toBe(first + 2);
      expect(await reserve(20)).toEqual([]);
      await Promise.all(held.map((id) => metering.settle(spend, id, USED)));
      expect(await windowNow()).toMatchObject({ used: 8_800_000n, reserved: 0n });
      expect(await reserve(20)).toHaveLength(2);
    });
  });
else
  test('only a distributed installation has a Redis to lose', () => {
    expect(process.env.REDIS_URL).toBeUndefined();
  });
