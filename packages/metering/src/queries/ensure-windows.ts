import type { Transaction } from '@rae/kernel';
import { type WindowRule, windowAt } from '../windows.ts';

/** A budget and the calendar of its windows, as platform.missing_windows gives them. */
export interface BudgetCalendar extends WindowRule {
  readonly id: string;
}

/** Beside its neighbours, should the budget's calendar have been another one when those were made. */
const ENSURE = {
  name: 'budget_windows_ensure',
  text: `insert into platform.budget_windows as w (tenant_id, budget_id, starts_at, ends_at, limit_nano, limit_tokens)
    select g.tenant_id, g.id,
      greatest(n.starts_at, (select max(b.ends_at) from platform.budget_windows b where b.tenant_id = $1 and b.budget_id = n.id and b.ends_at <= $2)),
      least(coalesce(n.ends_at, 'infinity'), (select min(a.starts_at) from platform.budget_windows a where a.tenant_id = $1 and a.budget_id = n.id and a.starts_at > $2)),
      g.limit_nano, g.limit_tokens
    from unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[]) as n(id, starts_at, ends_at)
      join platform.budgets g on g.tenant_id = $1 and g.id = n.id
    where not exists (select from platform.budget_windows o where o.tenant_id = $1 and o.budget_id = n.id and o.starts_at <= $2 and o.ends_at > $2)
    order by g.id
    on conflict (tenant_id, budget_id, starts_at) do nothing`,
};

/** Makes the row of the window that `at` lies in, for each budget that has none. Idempotent. */
export async function ensureWindows(tx: Transaction, budgets: readonly BudgetCalendar[], at: Date): Promise<void> {
  const windows = budgets.map((budget) => windowAt(budget, at));
  await tx.query(ENSURE, [
    tx.caller.tenantId,
    at,
    budgets.map(({ id }) => id),
    windows.map(({ startsAt }) => startsAt),
    windows.map(({ endsAt }) => endsAt),
  ]);
}
