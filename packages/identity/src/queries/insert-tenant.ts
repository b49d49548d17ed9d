import type { Transaction } from '@rae/kernel';
import type { Tenant } from './find-tenants.ts';

const INSERT = {
  name: 'tenant_insert',
  text: 'insert into platform.tenants (id, name, created_at) values ($1, $2, $3)',
};

/** The transaction must be that tenant's. */
export async function insertTenant(tx: Transaction, { id, name, createdAt }: Tenant): Promise<void> {
  await tx.query(INSERT, [id, name, createdAt]);
}
