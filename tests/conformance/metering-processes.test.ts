import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openRedisScripts } from '@rae/events';
import { systemClock } from '@rae/kernel';
import { type Budget, type Metering, setBudget } from '@rae/metering';
import {
  openTestDatabase,
  openTestMetering,
  readWindows,
  silentLogger,
  type TestDatabase,
  testSpend,
} from '@rae/testkit';
import { startChild } from './lib/child.ts';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

jest.setTimeout(60_000);

/** The embedded database is one process's; metering-race.test.ts does the same within it. */
const SIDES = process.env.DATABASE_URL ? ['POSTGRES', 'REDIS'] : [];

test('there are sides to try exactly where there is a Postgres server', () => {
  expect(SIDES).toHaveLength(process.env.DATABASE_URL ? 2 : 0);
});

for (const side of SIDES)
  describe(`4 processes, admissions by ${side}`, () => {
    const redisUrl = side === 'REDIS' ? (process.env.REDIS_URL ?? '') : '';
    let own: OwnDatabase;
    let db: TestDatabase;
    let metering: Metering;
    const spend = testSpend({ userId: 'user', agentId: 'agent' });
    let budget: Budget;

    beforeAll(async () => {
      own = await createOwnDatabase();
      db = await openTestDatabase(systemClock, own.url);
      const redis = redisUrl
        ? openRedisScripts({ url: redisUrl, logger: silentLogger, away: 'away', answerWithinMs: 5_000 })
        : null;
      metering = openTestMetering(db, systemClock, redis);
      const modeOf = () => db.asWorker((tx) => tx.query<{ mode: string }>('select mode from platform.admission'));
      do await metering.chores.sweep();
      while ((await modeOf())[0]?.mode !== side);
      const scopeId = spend.caller.tenantId;
      budget = await db.as(spend.caller, (tx) =>
        setBudget(tx, { scope: 'TENANT', scopeId, window: 'TOTAL', limitUsd: '0.01' }),
      );
      await db.as(spend.caller, (tx) =>
        setBudget(tx, { scope: 'AGENT', scopeId: 'agent', window: 'HOURLY', limitUsd: '1' }),
      );
    });
    afterAll(async () => {
      await metering.close();
      await db.close();
      await own.drop();
    });
    const read = async () => {
      const [window] = await db.as(spend.caller, (tx) => readWindows(tx, budget.id));
      return window ?? { used: 0n, reserved: 0n };
    };
    const start = (count: string) =>
      startChild('reserve', own, spend.caller.tenantId, spend.projectId, count, redisUrl);

    test('of 200 reservations where 16 fit, 16 pass and 184 are refused; used and held never pass the limit', async () => {
      let running = true;
      let highest = 0n;
      const sample = async () => {
        while (running) {
          const { used, reserved } = await read();
          if (used + reserved > highest) highest = used + reserved;
        }
      };
      const sampler = sample();
      const said = await Promise.all([1, 2, 3, 4].map(() => start('50').rest()));
      running = false;
      await sampler;
      const ids = said.flat();
      // What a process settles makes room for what another asks later: 5 of 6 parts are used of what is held.
      const passed = ids.filter((id) => id !== 'refused').length;
      expect([ids.length, passed >= 16 && passed <= 18, highest <= 10_000_000n]).toEqual([200, true, true]);
      expect(await read()).toMatchObject({ used: BigInt(passed) * 550_000n, reserved: 0n });
    });

    test('one that is killed between reserve and settle leaves one line and nothing held after its lease', async () => {
      await db.as(spend.caller, (tx) =>
        setBudget(tx, { scope: 'TENANT', scopeId: spend.caller.tenantId, window: 'TOTAL', limitUsd: '1' }),
      );
      const { used: before } = await read();
      const child = start('hang');
      const id = await child.next();
      expect((await read()).reserved).toBe(600_000n);
      await child.kill();
      while ((await metering.chores.expire()) === 0); // its lease is a second
      expect(await read()).toMatchObject({ used: before + 100_000n, reserved: 0n });
      const lines = await db.as(spend.caller, (tx) =>
        tx.query('select from platform.ledger where reservation_id = $1', [id]),
      );
      expect(lines).toHaveLength(1);
    });
  });
