import type { Transaction } from '@rae/kernel';
import type { UnpricedPolicy } from '../budgets/tenant-settings.ts';
import type { PriceOverride } from '../prices/price-book.ts';

/** A tenant's own prices, and the version of its prices and budgets that they belong to. */
export interface Tariff {
  readonly version: number;
  readonly policy: UnpricedPolicy;
  readonly overrides: readonly PriceOverride[];
}

/** The version is read in the same statement: prices that came later than it make the next admission STALE. */
const LOAD = {
  name: 'metering_tariff',
  text: `select coalesce((select metering_version from platform.tenant_settings where tenant_id = $1), 0)::float8 as version,
    coalesce((select unpriced_policy from platform.tenant_settings where tenant_id = $1), 'DEFAULT') as policy,
    coalesce((select jsonb_agg(jsonb_build_object('id', id, 'provider', provider, 'model', model, 'inputPerMillion', input_per_million::text,
      'outputPerMillion', output_per_million::text, 'cachedInputPerMillion', cached_input_per_million::text,
      'cacheWritePerMillion', cache_write_per_million::text, 'effectiveFrom', effective_from, 'createdAt', created_at) order by created_at)
      from platform.model_prices where tenant_id = $1), '[]') as overrides`,
};

type Row = Omit<PriceOverride, 'effectiveFrom' | 'createdAt'> & { effectiveFrom: string; createdAt: string };

export async function loadTariff(tx: Transaction): Promise<Tariff> {
  const [row] = await tx.query<{ version: number; policy: UnpricedPolicy; overrides: Row[] }>(LOAD, [
    tx.caller.tenantId,
  ]);
  const overrides = (row?.overrides ?? []).map((one) => ({
    ...one,
    effectiveFrom: new Date(one.effectiveFrom),
    createdAt: new Date(one.createdAt),
  }));
  return { version: row?.version ?? 0, policy: row?.policy ?? 'DEFAULT', overrides };
}

const READ_VERSION = {
  name: 'metering_version',
  text: 'select metering_version::float8 as version from platform.tenant_settings where tenant_id = $1',
};

/** Of the tenant's prices and budgets as they are now. */
export async function readVersion(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ version: number }>(READ_VERSION, [tx.caller.tenantId]);
  return row?.version ?? 0;
}
