import type { Transaction } from '@rae/kernel';

const FIND = {
  name: 'reservations_due',
  text: `select tenant_id as "tenantId", id from platform.reservations where status = 'HELD' and expires_at <= $1 order by expires_at limit $2`,
};

/** Holds of all tenants whose lease has passed, oldest first; for rae_worker. */
export const findDueHolds = (tx: Transaction, most: number): Promise<{ tenantId: string; id: string }[]> =>
  tx.query(FIND, [tx.now, most]);
