import type { Transaction } from '@rae/kernel';

const FIND = 'select id from platform.tenants order by created_at, id limit 1';

/** The id of the oldest tenant, as rae_worker sees them; null when there is none yet. */
export async function findFirstTenant(tx: Transaction): Promise<string | null> {
  const [tenant] = await tx.query<{ id: string }>(FIND);
  return tenant?.id ?? null;
}
