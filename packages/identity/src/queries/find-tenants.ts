import type { Transaction } from '@rae/kernel';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

const FIND = {
  name: 'tenants_find',
  text: 'select id, name, created_at as "createdAt" from platform.tenants where id = any($1::uuid[])',
};

/** Those of `ids` that the transaction's tenant may see, in no order: for rae_app itself alone. */
export const findTenants = (tx: Transaction, ids: readonly string[]): Promise<Tenant[]> => tx.query(FIND, [ids]);
