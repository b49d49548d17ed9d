import { type Clock, NO_CAUSE, type Spend, type Transaction, uuidv7 } from '@rae/kernel';
import { createMetering, createPriceBook, type Metering } from '@rae/metering';
import { createMetrics } from '@rae/telemetry';
import { silentLogger, type TestDatabase, testCaller } from './database.ts';

/** Metering on the tests' database, with the shipped prices; unknown models cost 10 and 30 USD a million where a tenant wants that. */
export const openTestMetering = (db: TestDatabase, clock: Clock): Metering =>
  createMetering({
    transact: db.transact,
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    prices: createPriceBook({ input: '10', output: '30' }),
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
  readonly reserved: bigint;
  readonly reservedTokens: number;
  readonly rejections: number;
  readonly unpriced: number;
}

export const readWindows = async (tx: Transaction, budgetId: string): Promise<WindowCounters[]> => {
  const rows = await tx.query<Omit<WindowCounters, 'used' | 'reserved'> & { used: string; reserved: string }>(
    `select starts_at as "startsAt", used_nano as used, used_tokens::float8 as "usedTokens", reserved_nano as reserved,
      reserved_tokens::float8 as "reservedTokens", rejections, unpriced_calls as unpriced
      from platform.budget_windows where budget_id = $1 order by starts_at`,
    [budgetId],
  );
  return rows.map((row) => ({ ...row, used: BigInt(row.used), reserved: BigInt(row.reserved) }));
};
