import type { Transaction } from '@rae/kernel';

const NEEDS = {
  name: 'upkeep_needs_decay',
  text: 'select not exists (select from memory.upkeep where tenant_id = $1 and decayed_on >= $2::date) as due',
};
const FINISH = {
  name: 'upkeep_finish_decay',
  text: `insert into memory.upkeep (tenant_id, decayed_on) values ($1, $2::date)
    on conflict (tenant_id) do update set decayed_on = greatest(memory.upkeep.decayed_on, excluded.decayed_on)`,
};

/** Whether the tenant's memories have not faded on this day (YYYY-MM-DD) yet. */
export const needsDecay = async (tx: Transaction, day: string): Promise<boolean> =>
  (await tx.query<{ due: boolean }>(NEEDS, [tx.caller.tenantId, day]))[0]?.due ?? true;

/** Notes that they have. */
export async function finishDecay(tx: Transaction, day: string): Promise<void> {
  await tx.query(FINISH, [tx.caller.tenantId, day]);
}
