import type { Transaction } from '@rae/kernel';
import type { BudgetRow } from '../budgets/check-budget.ts';
import type { BudgetScope } from './budget-scopes.ts';

/** A temporary raise; it counts on top of the limits until `until`. */
export interface BudgetRaise {
  readonly extraNano: bigint;
  readonly extraTokens: number;
  readonly until: Date;
  readonly reason: string | null;
  readonly by: string;
}

/** A budget with the window of now; money in nano-dollars. */
export interface Budget extends BudgetRow {
  readonly id: string;
  /** Null: none is in force. */
  readonly raise: BudgetRaise | null;
  readonly createdAt: Date;
  readonly usedNano: bigint;
  readonly usedTokens: number;
  /** Of calls in flight. */
  readonly reservedNano: bigint;
  readonly reservedTokens: number;
  readonly unpricedCalls: number;
  readonly rejections: number;
  /** Null: nothing was booked or held in the window of now yet. */
  readonly windowStartsAt: Date | null;
  /** Null: it does not reset. */
  readonly resetsAt: Date | null;
}

/** What is held is told by the HELD reservations themselves, whichever side admits. $1: the tenant; $2: now. */
export const BUDGET_SQL = `select g.id, g.scope, g.scope_id as "scopeId", g.budget_window as window, g.limit_nano::text as "limitNano",
    g.limit_tokens::float8 as "limitTokens", g.thresholds, g.action, g.downgrade_to as "downgradeTo", g.downgrade_at as "downgradeAt",
    g.time_zone as "timeZone", g.week_starts_on as "weekStartsOn", g.month_starts_on as "monthStartsOn", g.created_at as "createdAt",
    case when g.raise_until > $2 then jsonb_build_object('extraNano', g.raise_nano::text, 'extraTokens', g.raise_tokens, 'until', platform.iso(g.raise_until),
      'reason', g.raise_reason, 'by', g.raise_by) end as raise,
    coalesce(w.used_nano, 0)::text as "usedNano", coalesce(w.used_tokens, 0)::float8 as "usedTokens", coalesce(w.unpriced_calls, 0) as "unpricedCalls",
    coalesce(w.rejections, 0) as rejections, w.starts_at as "windowStartsAt", nullif(w.ends_at, 'infinity') as "resetsAt",
    held.nano::text as "reservedNano", held.tokens::float8 as "reservedTokens"
  from platform.budgets g
    left join platform.budget_windows w on w.tenant_id = g.tenant_id and w.budget_id = g.id and w.starts_at <= $2 and w.ends_at > $2
    left join lateral (select coalesce(sum(r.amount_nano), 0) as nano, coalesce(sum(r.amount_tokens), 0) as tokens
      from platform.reservations r where r.tenant_id = $1 and r.status = 'HELD'
        and (g.id, w.starts_at) in (select * from unnest(r.budget_ids, r.window_starts))) held on true
  where g.tenant_id = $1`;

export interface BudgetColumns extends Omit<Budget, 'limitNano' | 'usedNano' | 'reservedNano' | 'raise'> {
  readonly limitNano: string | null;
  readonly usedNano: string;
  readonly reservedNano: string;
  readonly raise: (Omit<BudgetRaise, 'extraNano' | 'until'> & { extraNano: string; until: string }) | null;
}

export const toBudget = (row: BudgetColumns): Budget => ({
  ...row,
  limitNano: row.limitNano === null ? null : BigInt(row.limitNano),
  usedNano: BigInt(row.usedNano),
  reservedNano: BigInt(row.reservedNano),
  raise: row.raise && { ...row.raise, extraNano: BigInt(row.raise.extraNano), until: new Date(row.raise.until) },
});

const BY_IDS = { name: 'budgets_by_ids', text: `${BUDGET_SQL} and g.id = any($3::uuid[])` };
const COVERING = {
  name: 'budgets_covering',
  text: `${BUDGET_SQL} and (g.scope, g.scope_id) in (select * from unnest($3::text[], $4::text[])) order by g.created_at, g.id`,
};

/** Those of `ids` that are the tenant's, as they stand now, in no order. */
export async function findBudgets(tx: Transaction, ids: readonly string[]): Promise<Budget[]> {
  const rows = await tx.query<BudgetColumns>(BY_IDS, [tx.caller.tenantId, tx.now, ids]);
  return rows.map(toBudget);
}

/** All budgets of the scopes side by side in `scopes` and `scopeIds`, as they stand now, oldest first. */
export async function findCoveringBudgets(
  tx: Transaction,
  scopes: readonly BudgetScope[],
  scopeIds: readonly string[],
): Promise<Budget[]> {
  const rows = await tx.query<BudgetColumns>(COVERING, [tx.caller.tenantId, tx.now, scopes, scopeIds]);
  return rows.map(toBudget);
}
