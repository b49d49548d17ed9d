import type { RedisScripts } from '@rae/events';
import { type Clock, NO_CAUSE, type Spend, type Transaction, uuidv7 } from '@rae/kernel';
import { createMetering, createPriceBook, type Metering } from '@rae/metering';
import { createMetrics } from '@rae/telemetry';
import { type TestDatabase, testCaller } from './database.ts';
import { silentLogger } from './logger.ts';

/** Metering on the tests' database, with the shipped prices; unknown models cost 10 and 30 USD a million where a tenant wants that. */
export const openTestMetering = (db: TestDatabase, clock: Clock, redis: RedisScripts | null = null): Metering =>
  createMetering({
    transact: db.transact,
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    prices: createPriceBook({ input: '10', output: '30' }),
    redis,
  });

/** Of a tenant and a project that nobody else uses. */
export const testSpend = (over: Partial<Spend> = {}): Spend => ({
  caller: testCaller(),
  cause: NO_CAUSE,
  projectId: uuidv7(),
  userId: null,
  agentId: null,
  sessionId: null,
  operation: 'EXTERNAL',
  subjects: [],
  ...over,
});

/** What a budget's windows hold, oldest first; money in nano-dollars. */
export interface WindowCounters {
  readonly startsAt: Date;
  readonly used: bigint;
  readonly usedTokens: number;
  /** Of the reservations that are HELD. */
  readonly reserved: bigint;
  readonly reservedTokens: number;
  /** Of the window's own counters, which Postgres admits by. */
  readonly counted: bigint;
  readonly rejections: number;
  readonly unpriced: number;
}

const READ = `select w.starts_at as "startsAt", w.used_nano as used, w.used_tokens::float8 as "usedTokens", w.reserved_nano as counted,
    coalesce(h.nano, 0)::text as reserved, coalesce(h.tokens, 0)::float8 as "reservedTokens", w.rejections, w.unpriced_calls as unpriced
  from platform.budget_windows w left join lateral (
    select sum(r.amount_nano) as nano, sum(r.amount_tokens) as tokens from platform.reservations r where r.status = 'HELD'
      and (w.budget_id, w.starts_at) in (select * from unnest(r.budget_ids, r.window_starts))) h on true
  where w.budget_id = $1 order by w.starts_at`;

type Row = Omit<WindowCounters, 'used' | 'reserved' | 'counted'> & { used: string; reserved: string; counted: string };

export const readWindows = async (tx: Transaction, budgetId: string): Promise<WindowCounters[]> => {
  const rows = await tx.query<Row>(READ, [budgetId]);
  return rows.map((row) => ({
    ...row,
    used: BigInt(row.used),
    reserved: BigInt(row.reserved),
    counted: BigInt(row.counted),
  }));
};
