import type { Transaction } from '@rae/kernel';
import type { BudgetRow } from '../budgets/check-budget.ts';

const LOCK = {
  name: 'budget_lock',
  text: `select id from platform.budgets where tenant_id = $1 and scope = $2 and scope_id = $3 and budget_window = $4 for update`,
};
const WRITE = {
  name: 'budget_write',
  text: `insert into platform.budgets as g (tenant_id, id, scope, scope_id, budget_window, limit_nano, limit_tokens, thresholds, action, downgrade_to,
      downgrade_at, time_zone, week_starts_on, month_starts_on, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    on conflict (tenant_id, scope, scope_id, budget_window) do update set limit_nano = excluded.limit_nano, limit_tokens = excluded.limit_tokens,
      thresholds = excluded.thresholds, action = excluded.action, downgrade_to = excluded.downgrade_to, downgrade_at = excluded.downgrade_at,
      time_zone = excluded.time_zone, week_starts_on = excluded.week_starts_on, month_starts_on = excluded.month_starts_on
    returning id`,
};

/** The id of the budget of this scope and window, locked; null: there is none. */
export async function lockBudgetOf(tx: Transaction, { scope, scopeId, window }: BudgetRow): Promise<string | null> {
  const [found] = await tx.query<{ id: string }>(LOCK, [tx.caller.tenantId, scope, scopeId, window]);
  return found?.id ?? null;
}

/** Writes the budget of this scope and window anew, or as new under `newId`; a raise in force stays. */
export async function writeBudget(tx: Transaction, row: BudgetRow, newId: string): Promise<string> {
  const [written] = await tx.query<{ id: string }>(WRITE, [
    tx.caller.tenantId,
    newId,
    row.scope,
    row.scopeId,
    row.window,
    row.limitNano?.toString() ?? null,
    row.limitTokens,
    row.thresholds,
    row.action,
    row.downgradeTo,
    row.downgradeAt,
    row.timeZone,
    row.weekStartsOn,
    row.monthStartsOn,
    tx.now,
  ]);
  if (!written) throw new Error('the budget was not written');
  return written.id;
}

const MOVE_END = {
  name: 'budget_window_end',
  text: `update platform.budget_windows w set ends_at = least(coalesce($4, 'infinity'::timestamptz),
      (select min(n.starts_at) from platform.budget_windows n where n.tenant_id = $1 and n.budget_id = $2 and n.starts_at > $3))
    where w.tenant_id = $1 and w.budget_id = $2 and w.starts_at <= $3 and w.ends_at > $3`,
};

/** Another calendar: the window of now keeps what was used and ends where the new calendar's does. Null: never. */
export async function moveWindowEnd(tx: Transaction, budgetId: string, endsAt: Date | null): Promise<void> {
  await tx.query(MOVE_END, [tx.caller.tenantId, budgetId, tx.now, endsAt]);
}

const RAISE = {
  name: 'budget_raise',
  text: `update platform.budgets set raise_nano = $3, raise_tokens = $4, raise_until = $5, raise_reason = $6, raise_by = $7
    where tenant_id = $1 and id = $2 returning id`,
};

/** A raise as its columns hold it. */
export interface RaiseRow {
  readonly extraNano: bigint;
  readonly extraTokens: number;
  readonly until: Date;
  readonly reason: string | null;
}

/** Takes the place of a raise that is in force. False: the tenant has no such budget. */
export async function writeRaise(tx: Transaction, id: string, raise: RaiseRow): Promise<boolean> {
  const { extraNano, extraTokens, until, reason } = raise;
  const values = [tx.caller.tenantId, id, extraNano.toString(), extraTokens, until, reason, tx.caller.actor];
  return (await tx.query(RAISE, values)).length > 0;
}

const DELETE = {
  name: 'budget_delete',
  text: 'delete from platform.budgets where tenant_id = $1 and id = $2 returning id',
};

/** With its windows. False: the tenant has no such budget. */
export const removeBudget = async (tx: Transaction, id: string): Promise<boolean> =>
  (await tx.query(DELETE, [tx.caller.tenantId, id])).length > 0;
