import type { Transaction } from '@rae/kernel';

/** What became of a hold: still held until then, or over at what was used. Nothing of it: it was never written. */
export type HoldOutcome =
  | { readonly heldUntil: Date }
  | { readonly heldUntil: null; readonly nano: string; readonly tokens: number };

/** The line that ended it; of a recorded call the line bears the hold's own id. What an adjustment added is counted by itself. */
const FIND = {
  name: 'hold_outcome',
  text: `with r as (select status, expires_at, ledger_id from platform.reservations where tenant_id = $1 and id = $2),
      last as (select id, adjusts from platform.ledger where tenant_id = $1 and id = coalesce((select ledger_id from r), $2))
    select (select expires_at from r where status = 'HELD') as "heldUntil", coalesce(l.cost_nano, 0)::text as nano,
      coalesce(l.input_tokens + l.output_tokens, 0)::float8 as tokens
    from (select) one left join platform.ledger l on l.tenant_id = $1 and l.id = (select coalesce(adjusts, id) from last)`,
};

export async function findOutcome(tx: Transaction, id: string): Promise<HoldOutcome> {
  const [row] = await tx.query<{ heldUntil: Date | null; nano: string; tokens: number }>(FIND, [
    tx.caller.tenantId,
    id,
  ]);
  return row ?? { heldUntil: null, nano: '0', tokens: 0 };
}
