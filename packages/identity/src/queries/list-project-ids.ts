import type { Transaction } from '@rae/kernel';

const LIST = {
  name: 'project_ids',
  text: 'select id from platform.projects where tenant_id = $1 order by created_at, id',
};

/** Ids of all the tenant's projects, oldest first. */
export async function listProjectIds(tx: Transaction): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(LIST, [tx.caller.tenantId]);
  return rows.map(({ id }) => id);
}
