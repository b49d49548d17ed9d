import type { Transaction } from '@rae/kernel';
import type { BudgetCalendar } from './ensure-windows.ts';

const FIND = {
  name: 'budget_resets_due',
  text: `select tenant_id as "tenantId", budget_id as "budgetId", starts_at as "startsAt" from platform.budget_windows
    where not reset_told and ends_at <= $1 order by ends_at limit $2`,
};

/** A window that is over and of which nobody has told yet. */
export interface EndedWindow {
  readonly tenantId: string;
  readonly budgetId: string;
  readonly startsAt: Date;
}

/** Of all tenants, oldest first; for rae_worker. */
export const findEndedWindows = (tx: Transaction, most: number): Promise<EndedWindow[]> =>
  tx.query(FIND, [tx.now, most]);

const TAKE = {
  name: 'budget_reset_take',
  text: `update platform.budget_windows w set reset_told = true from platform.budgets g
    where w.tenant_id = $1 and w.budget_id = $2 and w.starts_at = $3 and not w.reset_told and g.tenant_id = w.tenant_id and g.id = w.budget_id
    returning g.id, g.budget_window as window, g.time_zone as "timeZone", g.week_starts_on as "weekStartsOn", g.month_starts_on as "monthStartsOn"`,
};

/** Null: somebody else tells it. */
export async function takeReset(tx: Transaction, budgetId: string, startsAt: Date): Promise<BudgetCalendar | null> {
  const [budget] = await tx.query<BudgetCalendar>(TAKE, [tx.caller.tenantId, budgetId, startsAt]);
  return budget ?? null;
}
