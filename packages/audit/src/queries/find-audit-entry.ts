import type { Transaction } from '@rae/kernel';
import type { AuditEntry } from '../chain.ts';
import { AUDIT_COLUMNS } from './audit-columns.ts';

const FIND = {
  name: 'audit_find',
  text: `select ${AUDIT_COLUMNS} from platform.audit_log where tenant_id = $1 and id = $2`,
};

/** A line of the tenant's audit log; null: there is none of this id. */
export async function findAuditEntry(tx: Transaction, id: string): Promise<AuditEntry | null> {
  const [entry] = await tx.query<AuditEntry>(FIND, [tx.caller.tenantId, id]);
  return entry ?? null;
}
