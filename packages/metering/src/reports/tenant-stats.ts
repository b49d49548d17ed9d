import type { Transaction } from '@rae/kernel';
import { IS_LOCAL, LINE_SUMS } from './roll-up.ts';

/**
 * What was spent today and in this month, in UTC, without the calls of models in this process; amounts in nano-USD.
 * cacheHitRate: of this month's calls, 0 where there were none.
 */
export interface SpendStats {
  readonly nanoToday: bigint;
  readonly nanoThisMonth: bigint;
  readonly savedNanoThisMonth: bigint;
  readonly tokensToday: number;
  readonly tokensThisMonth: number;
  readonly callsToday: number;
  readonly unpricedToday: number;
  readonly cacheHitRate: number;
}

interface SpendRow {
  readonly today: string;
  readonly month: string;
  readonly saved: string;
  readonly tokensToday: number;
  readonly tokensMonth: number;
  readonly callsToday: number;
  readonly callsMonth: number;
  readonly unpriced: number;
  readonly hits: number;
}

/** $1 tenant, $2 project (null: all), $3 the day's start, $4 the month's. Both are midnights in UTC, so that rollups are exact. */
const SPEND = {
  name: 'spend_stats',
  text: `with done as (select coalesce((select number from platform.cost_cursors where tenant_id = $1), 0) as number),
    source as (
      select r.starts_at as at, k.cache_hit, r.cost_nano, r.saved_nano, r.input_tokens, r.output_tokens, r.calls, r.unpriced_calls
        from platform.cost_rollups r join platform.cost_keys k on k.tenant_id = $1 and k.grain = 0 and k.id = r.key_id
        where r.tenant_id = $1 and r.grain = 0 and r.unit = 1440 and r.starts_at >= $4 and not k.local and ($2::uuid is null or k.project_id = $2)
      union all
      select l.occurred_at, l.cache_hit, ${LINE_SUMS}
        from platform.ledger l where l.tenant_id = $1 and l.number > (select number from done) and l.occurred_at >= $4
          and not ${IS_LOCAL} and ($2::uuid is null or l.project_id = $2))
    select coalesce(sum(cost_nano) filter (where at >= $3), 0)::text as today, coalesce(sum(cost_nano), 0)::text as month,
      coalesce(sum(saved_nano), 0)::text as saved,
      coalesce(sum(input_tokens + output_tokens) filter (where at >= $3), 0)::float8 as "tokensToday",
      coalesce(sum(input_tokens + output_tokens), 0)::float8 as "tokensMonth",
      coalesce(sum(calls) filter (where at >= $3), 0)::float8 as "callsToday", coalesce(sum(calls), 0)::float8 as "callsMonth",
      coalesce(sum(unpriced_calls) filter (where at >= $3), 0)::float8 as unpriced,
      coalesce(sum(calls) filter (where cache_hit), 0)::float8 as hits
    from source`,
};

/** Of one project; null: of the tenant. */
export async function readSpendStats(tx: Transaction, projectId: string | null): Promise<SpendStats> {
  const { now } = tx;
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const [row] = await tx.query<SpendRow>(SPEND, [tx.caller.tenantId, projectId, day, month]);
  if (!row) throw new Error('sums without a group gave no row');
  return {
    nanoToday: BigInt(row.today),
    nanoThisMonth: BigInt(row.month),
    savedNanoThisMonth: BigInt(row.saved),
    tokensToday: row.tokensToday,
    tokensThisMonth: row.tokensMonth,
    callsToday: row.callsToday,
    unpricedToday: row.unpriced,
    cacheHitRate: row.callsMonth === 0 ? 0 : row.hits / row.callsMonth,
  };
}

interface BudgetStats {
  /** Used of the limit, of the tenant's own budget that is nearest to it; null: it has none. May be above 1. */
  readonly usedShare: number | null;
  /** Refused by budgets of all scopes since their present windows began. */
  readonly rejected: number;
}

const BUDGETS = {
  name: 'budget_stats',
  text: `select coalesce(sum(w.rejections), 0)::int as rejected,
      max(greatest(
        coalesce(w.used_nano, 0)::float8 / (b.limit_nano + case when b.raise_until > $2 then b.raise_nano else 0 end),
        coalesce(w.used_tokens, 0)::float8 / (b.limit_tokens + case when b.raise_until > $2 then b.raise_tokens else 0 end)))
        filter (where b.scope = 'TENANT') as "usedShare"
    from platform.budgets b left join platform.budget_windows w
      on w.tenant_id = $1 and w.budget_id = b.id and w.starts_at <= $2 and w.ends_at > $2
    where b.tenant_id = $1`,
};

export interface TenantStats extends SpendStats, BudgetStats {
  readonly tenantId: string;
}

const NO_BUDGETS: BudgetStats = { usedShare: null, rejected: 0 };

/** What a tenant has that has done nothing yet. */
export const NO_STATS: Omit<TenantStats, 'tenantId'> = {
  nanoToday: 0n,
  nanoThisMonth: 0n,
  savedNanoThisMonth: 0n,
  tokensToday: 0,
  tokensThisMonth: 0,
  callsToday: 0,
  unpricedToday: 0,
  cacheHitRate: 0,
  ...NO_BUDGETS,
};

/** How the tenant of the transaction stands; to a caller that is bound to a project, that project alone, without budgets. */
export async function readTenantStats(tx: Transaction): Promise<TenantStats> {
  const { tenantId, projectId } = tx.caller;
  const spend = await readSpendStats(tx, projectId);
  if (projectId !== null) return { tenantId, ...spend, ...NO_BUDGETS };
  const [budgets = NO_BUDGETS] = await tx.query<BudgetStats>(BUDGETS, [tenantId, tx.now]);
  return { tenantId, ...spend, ...budgets };
}
