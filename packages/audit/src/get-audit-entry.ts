import { type Context, isUuid, notFound } from '@rae/kernel';
import { appendAudit } from './append-audit.ts';
import type { AuditEntry } from './chain.ts';
import { findAuditEntry } from './queries/find-audit-entry.ts';

/**
 * One line of the tenant's audit log. That it was read is a line of its own.
 *
 * @throws NOT_FOUND when the tenant has no line of this id
 */
export function getAuditEntry(ctx: Context, id: string): Promise<AuditEntry> {
  if (!isUuid(id)) throw notFound('auditEntry', id);
  return ctx.transact(async (tx) => {
    const entry = await findAuditEntry(tx, id);
    if (!entry) throw notFound('auditEntry', id);
    appendAudit(tx, { action: 'auditEntry', subject: `auditEntry:${entry.id}`, detail: {} });
    return entry;
  });
}
