import type { Transaction } from '@rae/kernel';
import type { SeededWindow } from '../admission/redis-counters.ts';

const LOAD = {
  name: 'metering_seed',
  text: `select w.used_nano::text as "usedNano", w.used_tokens::float8 as "usedTokens",
      (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'tenantId', r.tenant_id, 'nano', r.amount_nano::text, 'tokens', r.amount_tokens,
          'expiresAt', platform.iso(r.expires_at), 'windows', platform.window_names(r.budget_ids, r.window_starts))), '[]')
        from platform.reservations r where r.tenant_id = $1 and r.status = 'HELD'
          and (w.budget_id, w.starts_at) in (select * from unnest(r.budget_ids, r.window_starts))) as holds
    from platform.budget_windows w where w.tenant_id = $1 and w.budget_id = $2 and w.starts_at = $3`,
};

interface Row extends Omit<SeededWindow, 'holds' | 'window'> {
  readonly holds: readonly (Omit<SeededWindow['holds'][number], 'expiresAt'> & { readonly expiresAt: string })[];
}

/** A window's counters and all that is held in it, of one snapshot. Null: the budget is gone. */
export async function loadSeed(tx: Transaction, window: string): Promise<SeededWindow | null> {
  const [budgetId, startMs] = window.split(':');
  const [row] = await tx.query<Row>(LOAD, [tx.caller.tenantId, budgetId, new Date(Number(startMs))]);
  if (!row) return null;
  const holds = row.holds.map((hold) => ({ ...hold, expiresAt: new Date(hold.expiresAt) }));
  return { ...row, window, holds };
}
