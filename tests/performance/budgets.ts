// reserve and settle over the budgets of 5 scopes: pairs a second, what one waits, and the CPU that a pair takes.
//   node tests/performance/budgets.ts [--pairs 4000] [--callers 8] [--tenants 1] [--rounds 3] [--warm-up 1000]
//   node tests/performance/budgets.ts --rate 300 [--pairs 3000]   arriving at a steady rate, however long the ones before take
//   node tests/performance/budgets.ts --chain                     with the ledger's chain and, in turns, without
//   node tests/performance/budgets.ts --script [--pairs 50000]    the admission script of Redis alone
// With DATABASE_URL on Postgres, with REDIS_URL as well admitted by Redis (scripts/with-services.mjs --fsync starts both); PGlite otherwise.
import { setTimeout as wait } from 'node:timers/promises';
import { analyseTables } from '@rae/database';
import { openRedisScripts, type RedisScripts } from '@rae/events';
import { NO_CAUSE, type Spend, systemClock, uuidv7 } from '@rae/kernel';
import { NO_USAGE, setBudget } from '@rae/metering';
import {
  openTestDatabase,
  openTestMetering,
  silentLogger,
  type TestDatabase,
  testCaller,
  testSpend,
} from '@rae/testkit';
import { createRedisCounters } from '../../packages/metering/src/admission/redis-counters.ts';
import { latencies, option, printConditions } from './lib/report.ts';
import { readServerCpu } from './lib/server-cpu.ts';

const rate = Number(option('rate', '0'));
const pairs = Number(option('pairs', '4000'));
const callers = Number(option('callers', '8'));
const tenants = Number(option('tenants', '1'));
const rounds = Number(option('rounds', '3'));
const warmUp = Number(option('warm-up', '1000'));
const CALL = { model: 'gpt-4o', inputTokens: 400, maxOutputTokens: 500, leaseSeconds: 600 };
const USED = { usage: { ...NO_USAGE, inputTokens: 400, outputTokens: 300 } };
const SCOPES = ['TENANT', 'PROJECT', 'USER', 'AGENT', 'SESSION'] as const;

const url = process.env.REDIS_URL;
const openScripts = (at: string): RedisScripts =>
  openRedisScripts({ url: at, logger: silentLogger, away: 'away', answerWithinMs: 5_000 });

/** Counts up to `count` from so many callers at once; each begins its next when its last has ended. */
async function runCallers(count: number, work: (n: number) => Promise<void>): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const call = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (performance.now() - begun) / 1_000;
}

const READ_CPU = { name: 'raeCpu', lua: "return {redis.call('INFO', 'cpu')}" };

/** Seconds of CPU that Redis has used. */
async function readRedisCpu(redis: RedisScripts): Promise<number> {
  const info = String(await redis.run(READ_CPU, [], []));
  return [...info.matchAll(/used_cpu_(?:sys|user):([\d.]+)/g)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
}

/** Holds over 5 windows, and their ends, without Postgres. */
async function measureScript(redis: RedisScripts): Promise<void> {
  const counters = createRedisCounters(redis);
  while (!counters.isReady()) await wait(5);
  const of = { space: uuidv7(), epoch: 1 };
  await counters.open(of);
  const windows = SCOPES.map(() => `${uuidv7()}:0`);
  for (const window of windows) await counters.seed(of, { window, usedNano: '0', usedTokens: 0, holds: [] });
  const limit = { kind: 'B', limitTokens: null, fromNano: null, fromTokens: null, refusesUnpriced: false } as const;
  const limits = windows.map((window) => ({ ...limit, window, limitNano: '1000000000000000' }));
  const expiresAt = new Date(Date.now() + 600_000);
  const holds = Array.from({ length: pairs }, () => ({
    id: uuidv7(),
    tenantId: of.space,
    nano: '6000000',
    tokens: 900,
  }));
  const before = await readRedisCpu(redis);
  const held = await runCallers(pairs, async (n) => {
    const hold = holds[n];
    const { outcome } = hold ? await counters.hold(of, { ...hold, expiresAt }, limits) : { outcome: 'none' };
    if (outcome !== 'HELD') throw new Error(outcome);
  });
  const between = await readRedisCpu(redis);
  const ended = await runCallers(
    pairs,
    async (n) => void (await counters.end(of, holds[n]?.id ?? '', windows, '4000000', 700)),
  );
  const cpuOf = (from: number, to: number) => `${(((to - from) / pairs) * 1e6).toFixed(0)} µs of Redis' CPU`;
  const after = await readRedisCpu(redis);
  console.log(
    `${(pairs / held).toFixed(0)} admissions/s, each ${cpuOf(before, between)}; ${(pairs / ended).toFixed(0)} ends/s, each ${cpuOf(between, after)}`,
  );
  await counters.close();
}

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
    for (const scope of SCOPES)
      await setBudget(tx, { scope, scopeId: ids[scope], window: 'DAILY', limitUsd: '1000000' });
  });
  return spend;
}

/** As platform.append_lines, but for what makes it a chain: neither a head that is locked nor hashes. */
const BARE = `create or replace function platform.append_lines(lines platform.ledger[]) returns platform.ledger[] language plpgsql as $$
begin
  for n in 1 .. cardinality(lines) loop
    lines[n].number := nextval('platform.bare_numbers');
    lines[n].labels_hash := '';
    lines[n].previous_hash := '';
    lines[n].hash := '';
  end loop;
  insert into platform.ledger select * from unnest(lines);
  return lines;
end $$`;

async function measurePairs(): Promise<void> {
  const redis = url ? openScripts(url) : null;
  const db = await openTestDatabase();
  const metering = openTestMetering(db, systemClock, redis);
  if (redis) while (!redis.isReady()) await metering.chores.sweep();
  await metering.chores.sweep();
  const side = redis ? 'Redis before Postgres' : db.database.mode === 'native' ? 'Postgres' : 'PGlite';
  printConditions(
    `${pairs} pairs over 5 scopes, ${rate ? `${rate} a second` : `${callers} callers`}, ${tenants} tenants, ${side}`,
  );
  const spends = await Promise.all(Array.from({ length: tenants }, () => makeSpend(db)));
  const spendOf = (n: number): Spend => {
    const spend = spends[n % tenants];
    if (!spend) throw new Error('no tenant');
    return spend;
  };
  const asOwner = <T>(work: Parameters<typeof db.transact<T>>[1]) =>
    db.transact({ role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE }, work);

  const run = async (count: number, label: string): Promise<void> => {
    const [reserves, settles]: [number[], number[]] = [[], []];
    const [ours, theirs] = [process.cpuUsage(), await readServerCpu(db.database)];
    const seconds = await runCallers(count, async (n) => {
      const from = performance.now();
      const { id } = await metering.reserve(spendOf(n), CALL);
      const between = performance.now();
      await metering.settle(spendOf(n), id, USED);
      reserves.push(between - from);
      settles.push(performance.now() - between);
    });
    const { user, system } = process.cpuUsage(ours);
    const used = ((await readServerCpu(db.database)) ?? 0) - (theirs ?? 0);
    const cpu = `CPU a pair: this process ${((user + system) / count).toFixed(0)} µs${theirs === null ? ' with the database' : `, the database's ${((used / count) * 1e6).toFixed(0)} µs`}`;
    console.log(
      `${label}: ${(count / seconds).toFixed(0)} pairs/s, reserve ${latencies(reserves)}, settle ${latencies(settles)}; ${cpu}`,
    );
  };

  /** settled: each as soon as it is held; otherwise when all are. */
  const runPaced = async (count: number, settled: boolean): Promise<void> => {
    const [reserves, settles]: [number[], number[]] = [[], []];
    const settle = async (n: number, id: string) => {
      const from = performance.now();
      await metering.settle(spendOf(n), id, USED);
      settles.push(performance.now() - from);
    };
    const late: (() => Promise<void>)[] = [];
    const going: Promise<void>[] = [];
    const begun = performance.now();
    const call = async (n: number, due: number) => {
      const { id } = await metering.reserve(spendOf(n), CALL);
      reserves.push(performance.now() - due);
      if (settled) await settle(n, id);
      else late.push(() => settle(n, id));
    };
    while (going.length < count) {
      const due = begun + (going.length * 1_000) / rate;
      const early = due - performance.now();
      if (early > 2) await wait(1);
      else if (early > 0) await new Promise(setImmediate);
      else going.push(call(going.length, due));
    }
    await Promise.all(going);
    const label = settled ? 'each settled at once' : 'held alone';
    console.log(`${label}: reserve ${latencies(reserves)}${settled ? `, settle ${latencies(settles)}` : ''}`);
    for (const one of late) await one();
  };

  const measureChain = async (): Promise<void> => {
    const find = 'select pg_get_functiondef(oid) as text from pg_proc where oid = $1::regprocedure';
    const { rows } = await db.database.pool.query<{ text: string }>(find, ['platform.append_lines(platform.ledger[])']);
    const chained = rows[0]?.text ?? '';
    await asOwner(async (tx) => {
      await tx.query('create sequence platform.bare_numbers start 1000000000000');
      await tx.query('grant usage on sequence platform.bare_numbers to rae_app');
    });
    for (let round = 1; round <= rounds; round++)
      for (const [label, text] of [
        ['chained', chained],
        ['bare', BARE],
      ] as const) {
        await asOwner((tx) => tx.query(text));
        await run(pairs, `round ${round}, ${label}`);
      }
  };

  await run(warmUp, 'warm-up');
  await analyseTables(db.database); // as the worker does, and autovacuum
  if (rate) for (const settled of [false, true]) await runPaced(pairs, settled);
  else if (process.argv.includes('--chain')) await measureChain();
  else for (let round = 1; round <= rounds; round++) await run(pairs, `round ${round}`);
  await metering.close();
  await db.close();
}

if (!process.argv.includes('--script')) await measurePairs();
else if (url) await measureScript(openScripts(url));
else throw new Error('--script needs REDIS_URL');
