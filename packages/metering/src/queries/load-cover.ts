import type { Transaction } from '@rae/kernel';
import type { BudgetAction } from '../budgets/check-budget.ts';
import type { BudgetScope, Scopes } from './budget-scopes.ts';
import type { BudgetCalendar } from './ensure-windows.ts';

/** A budget that covers a call, with the window of now and its limits in force, raise included. */
export interface CoverBudget extends BudgetCalendar {
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly action: BudgetAction;
  readonly downgradeTo: string | null;
  readonly limitNano: string | null;
  readonly limitTokens: number | null;
  /** From where on a DOWNGRADE budget names its model. */
  readonly fromNano: string | null;
  readonly fromTokens: number | null;
  /** Null: the window has no row yet. */
  readonly startsAt: string | null;
  readonly resetsAt: string | null;
  readonly raiseUntil: string | null;
}

/** What covers a call, and the version of prices and budgets that it belongs to; in the order in which windows are locked. */
export interface Cover {
  readonly version: number;
  readonly budgets: readonly CoverBudget[];
}

const LOAD = {
  name: 'metering_cover',
  text: `select coalesce((select metering_version from platform.tenant_settings where tenant_id = $1), 0)::float8 as version,
    (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'scope', g.scope, 'scopeId', g.scope_id, 'window', g.budget_window, 'action', g.action,
        'downgradeTo', g.downgrade_to, 'limitNano', g.limit_nano::text, 'limitTokens', g.limit_tokens,
        'fromNano', ceil(g.limit_nano * g.downgrade_at::numeric)::bigint::text, 'fromTokens', ceil(g.limit_tokens * g.downgrade_at::numeric)::bigint,
        'startsAt', platform.iso(w.starts_at), 'resetsAt', platform.iso(w.ends_at), 'raiseUntil', platform.iso(b.raise_until),
        'timeZone', g.time_zone, 'weekStartsOn', g.week_starts_on, 'monthStartsOn', g.month_starts_on) order by g.id), '[]')
      from platform.covering_budgets($1, $2::text[], $3::text[], $4) g join platform.budgets b on b.tenant_id = $1 and b.id = g.id
        left join platform.budget_windows w on w.tenant_id = $1 and w.budget_id = g.id and w.starts_at <= $4 and w.ends_at > $4) as budgets`,
};

export async function loadCover(tx: Transaction, { scopes, scopeIds }: Scopes, at: Date): Promise<Cover> {
  const [row] = await tx.query<Cover>(LOAD, [tx.caller.tenantId, scopes, scopeIds, at]);
  if (!row) throw new Error('no covering budgets were read');
  return row;
}
