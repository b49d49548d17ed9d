import type { Transaction } from '@rae/kernel';

const EXTEND = {
  name: 'reservation_extend',
  text: `update platform.reservations set expires_at = greatest(expires_at, $3) where tenant_id = $1 and id = $2 and ($4::uuid is null or project_id = $4) and status = 'HELD' returning id`,
};

/** Moves the end of a lease, never to an earlier one. False: nothing of that id is held. */
export const extendLease = async (tx: Transaction, id: string, until: Date): Promise<boolean> =>
  (await tx.query(EXTEND, [tx.caller.tenantId, id, until, tx.caller.projectId])).length > 0;
