import type { Transaction } from '@rae/kernel';
import { grainOf } from './breakdown-sql.ts';
import { type CostLogFilter, createParameters, labelConditions, labelsOf } from './cost-filter.ts';

const QUARTER_MS = 900_000;

/**
 * What the lines of a filter's labels spent in each of the latest `count` slices of `sliceMs` (whole quarter hours), in
 * nano-USD, oldest first, from the first one with a spend on. The quarter that has just begun is left out.
 */
export async function readSlices(
  tx: Transaction,
  filter: CostLogFilter,
  { sliceMs, count }: { readonly sliceMs: number; readonly count: number },
): Promise<number[]> {
  const to = new Date(Math.floor(tx.now.getTime() / QUARTER_MS) * QUARTER_MS);
  const from = new Date(to.getTime() - count * sliceMs);
  const { values, add } = createParameters([tx.caller.tenantId, from, to, sliceMs / 1_000]);
  const rolled = ['k.tenant_id = $1', ...labelConditions(filter, 'k', add)];
  const lines = ['l.tenant_id = $1', ...labelConditions(filter, 'l', add)];
  const rows = await tx.query<{ slice: number; nano: number }>(
    `with source as (
      select r.starts_at as at, r.cost_nano from platform.cost_rollups r join platform.cost_keys k on k.grain = r.grain and k.id = r.key_id
        where r.tenant_id = $1 and r.grain = ${grainOf(labelsOf(filter))} and r.unit = 15 and r.starts_at >= $2 and r.starts_at < $3 and ${rolled.join(' and ')}
      union all
      select l.occurred_at, l.cost_nano from platform.ledger l where ${lines.join(' and ')}
        and l.number > coalesce((select number from platform.cost_cursors where tenant_id = $1), 0)
        and l.occurred_at >= $2 and l.occurred_at < $3)
    select floor(extract(epoch from at - $2) / $4::float8)::int as slice, coalesce(sum(cost_nano), 0)::float8 as nano
      from source group by 1`,
    values,
  );
  const slices = Array.from({ length: count }, () => 0);
  for (const { slice, nano } of rows) slices[slice] = nano;
  const first = slices.findIndex((nano) => nano > 0);
  return first < 0 ? [] : slices.slice(first);
}
