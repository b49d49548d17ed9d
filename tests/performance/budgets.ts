// reserve and settle over the budgets of 5 scopes: pairs a second, what one waits, and what the ledger's chain takes of it.
//   node tests/performance/budgets.ts [--pairs 4000] [--callers 8] [--tenants 1]
// With DATABASE_URL on Postgres, with REDIS_URL as well admitted by Redis (scripts/with-services.mjs --fsync starts both); PGlite otherwise.
import { openRedisScripts } from '@rae/events';
import { type Spend, systemClock } from '@rae/kernel';
import { NO_USAGE, setBudget } from '@rae/metering';
import { openTestDatabase, openTestMetering, silentLogger, type TestDatabase, testSpend } from '@rae/testkit';
import { latencies, option, printConditions } from './lib/report.ts';

const pairs = Number(option('pairs', '4000'));
const callers = Number(option('callers', '8'));
const tenants = Number(option('tenants', '1'));
const CALL = { model: 'gpt-4o', inputTokens: 400, maxOutputTokens: 500, leaseSeconds: 120 };
const USED = { usage: { ...NO_USAGE, inputTokens: 400, outputTokens: 300 } };

async function makeSpend(db: TestDatabase): Promise<Spend> {
  const spend = testSpend({ userId: 'user', agentId: 'agent', sessionId: 'session' });
  const ids = {
    TENANT: spend.caller.tenantId,
    PROJECT: spend.projectId,
    USER: 'user',
    AGENT: 'agent',
    SESSION: 'session',
  };
  await db.as(spend.caller, async (tx) => {
    for (const scope of ['TENANT', 'PROJECT', 'USER', 'AGENT', 'SESSION'] as const)
      await setBudget(tx, { scope, scopeId: ids[scope], window: 'DAILY', limitUsd: '1000000' });
  });
  return spend;
}

const url = process.env.REDIS_URL;
const redis = url ? openRedisScripts({ url, logger: silentLogger, away: 'away', answerWithinMs: 5_000 }) : null;
const db = await openTestDatabase();
const metering = openTestMetering(db, systemClock, redis);
if (redis) while (!redis.isReady()) await metering.chores.sweep();
await metering.chores.sweep();
const side = redis ? 'Redis before Postgres' : db.database.mode === 'native' ? 'Postgres' : 'PGlite';
printConditions(`${pairs} pairs over 5 scopes, ${callers} callers, ${tenants} tenants, ${side}`);
const spends = await Promise.all(Array.from({ length: tenants }, () => makeSpend(db)));

async function run(count: number, label: string): Promise<void> {
  const reserves: number[] = [];
  const settles: number[] = [];
  let next = 0;
  const begun = performance.now();
  const work = async () => {
    while (next < count) {
      const spend = spends[next++ % tenants];
      if (!spend) throw new Error('no tenant');
      const from = performance.now();
      const { id } = await metering.reserve(spend, CALL);
      const between = performance.now();
      await metering.settle(spend, id, USED);
      reserves.push(between - from);
      settles.push(performance.now() - between);
    }
  };
  await Promise.all(Array.from({ length: callers }, work));
  const seconds = (performance.now() - begun) / 1_000;
  console.log(
    `${label}: ${(count / seconds).toFixed(0)} pairs/s, reserve ${latencies(reserves)}, settle ${latencies(settles)}`,
  );
}

/** The text of a line, its hash and the head's two statements, against the same line inserted bare. */
async function measureChain(): Promise<void> {
  const [spend] = spends;
  if (!spend) return;
  const time = async (sql: string): Promise<number> => {
    const begun = performance.now();
    await db.as(spend.caller, (tx) => tx.query(sql));
    return performance.now() - begun;
  };
  const lines = 1_000;
  const from = `from platform.ledger l, generate_series(1, ${lines}) n where l.number = 1`;
  const hashed = await time(`select count(sha256(l.previous_hash || platform.ledger_bytes(l))) ${from}`);
  console.log(`chain: text and hash ${((hashed / lines) * 1_000).toFixed(1)} µs a line`);
}

await run(Math.min(500, pairs), 'warm-up');
await run(pairs, 'measured');
await measureChain();
await metering.close();
await db.close();
