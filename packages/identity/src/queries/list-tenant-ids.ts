import type { Transaction } from '@rae/kernel';

const LIST = { name: 'tenant_ids', text: 'select id from platform.tenants order by id' };

/** All tenants, for rae_worker. */
export const listTenantIds = async (tx: Transaction): Promise<string[]> =>
  (await tx.query<{ id: string }>(LIST)).map(({ id }) => id);
