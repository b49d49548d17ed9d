import { appendAudit } from '@rae/audit';
import { actAs, actAsWorker } from '@rae/database';
import { checkUnbound } from '@rae/identity';
import { type Context, checkFirst, type Transaction } from '@rae/kernel';
import { readTenantStats, type TenantStats } from './tenant-stats.ts';

/** tenants: those that spent most in this month; totals: of all of them. */
export interface GovernanceOverview {
  readonly tenants: readonly TenantStats[];
  readonly nanoToday: bigint;
  readonly nanoThisMonth: bigint;
}

/** Tenants whose sums one transaction reads: some 0.5 s. */
const PAGE = 100;

const TENANTS = {
  name: 'overview_tenants',
  text: 'select id from platform.tenants where $1::uuid is null or id > $1 order by id limit $2',
};

/** The sums of the next tenants, each read as that tenant; of no tenant anything but sums. */
async function readPage(tx: Transaction, after: string | null): Promise<TenantStats[]> {
  await actAsWorker(tx);
  const tenants = await tx.query<{ id: string }>(TENANTS, [after, PAGE]);
  const stats: TenantStats[] = [];
  for (const { id } of tenants) {
    const asTenant = await actAs(tx, { ...tx.caller, tenantId: id });
    stats.push(await readTenantStats(asTenant));
  }
  return stats;
}

const bySpend = (a: TenantStats, b: TenantStats): number =>
  a.nanoThisMonth === b.nanoThisMonth ? 0 : a.nanoThisMonth < b.nanoThisMonth ? 1 : -1;

/**
 * What all tenants spent, as sums alone; in the audit log of the caller's tenant.
 *
 * @throws FORBIDDEN for a bound key; BAD_USER_INPUT for `first` outside 1..200
 */
export async function readOverview(ctx: Context, first: number): Promise<GovernanceOverview> {
  checkUnbound(ctx.caller, 'governanceOverview');
  checkFirst(first);
  await ctx.transact(async (tx) =>
    appendAudit(tx, { action: 'governanceOverview', subject: 'platform:tenants', detail: { first } }),
  );
  const all: TenantStats[] = [];
  for (let after: string | null = null; ; ) {
    const page = await ctx.read((tx) => readPage(tx, after));
    all.push(...page);
    if (page.length < PAGE) break;
    after = page.at(-1)?.tenantId ?? null;
  }
  const sum = (amount: (stats: TenantStats) => bigint) => all.reduce((total, stats) => total + amount(stats), 0n);
  return {
    tenants: all.sort(bySpend).slice(0, first),
    nanoToday: sum(({ nanoToday }) => nanoToday),
    nanoThisMonth: sum(({ nanoThisMonth }) => nanoThisMonth),
  };
}
