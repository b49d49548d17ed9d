import type { Transaction } from '@rae/kernel';

/** One window of a budget, with the limits last in force in it. Money in nano-dollars. */
export interface BudgetPeriod {
  readonly startsAt: Date;
  /** Null: it does not end. */
  readonly endsAt: Date | null;
  readonly usedNano: bigint;
  readonly usedTokens: number;
  readonly limitNano: bigint | null;
  readonly limitTokens: number | null;
  readonly rejections: number;
  readonly unpricedCalls: number;
}

const LIST = {
  name: 'budget_windows_list',
  text: `select starts_at as "startsAt", nullif(ends_at, 'infinity') as "endsAt", used_nano::text as "usedNano", used_tokens::float8 as "usedTokens",
      limit_nano::text as "limitNano", limit_tokens::float8 as "limitTokens", rejections, unpriced_calls as "unpricedCalls"
    from platform.budget_windows where tenant_id = $1 and budget_id = $2 and ends_at <= $3 order by starts_at desc limit $4`,
};

type Row = Omit<BudgetPeriod, 'usedNano' | 'limitNano'> & { usedNano: string; limitNano: string | null };

/** The windows of a budget that are over, newest first; a window in which nobody looked at the budget may be missing. */
export async function listPastWindows(tx: Transaction, budgetId: string, first: number): Promise<BudgetPeriod[]> {
  const rows = await tx.query<Row>(LIST, [tx.caller.tenantId, budgetId, tx.now, first]);
  return rows.map((row) => ({
    ...row,
    usedNano: BigInt(row.usedNano),
    limitNano: row.limitNano === null ? null : BigInt(row.limitNano),
  }));
}
