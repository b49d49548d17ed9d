import { actAs } from '@rae/database';
import { type JsonValue, type Transaction, uuidv7 } from '@rae/kernel';
import { currentTraceId } from '@rae/telemetry';
import { chainStart, hashEntry } from './chain.ts';

/** What was done, to what, and what else an auditor must know. Never a secret, a token or a memory's content. */
export interface AuditNote {
  /** The root field that was asked, such as `createApiKey`. */
  readonly action: string;
  /** `type:id` of what it was done to. */
  readonly subject: string;
  readonly detail: { [key: string]: JsonValue };
}

/** Locks the tenant's head until the commit and takes the next place. */
const TAKE_PLACE = {
  name: 'audit_take_place',
  text: `insert into platform.audit_heads as head (tenant_id, number, hash) values ($1, 1, $2)
    on conflict (tenant_id) do update set number = head.number + 1
    returning number::float8 as number, hash as "previousHash"`,
};
const APPEND = {
  name: 'audit_append',
  text: `with line as (
      insert into platform.audit_log
        (tenant_id, number, id, at, actor, action, subject, detail, trace_id, hash, previous_hash)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))
    update platform.audit_heads set hash = $10 where tenant_id = $1`,
};

/**
 * Adds a line to the audit log of `tx.caller`'s tenant, in the caller's name. It is written as the very last step of the
 * transaction, since from then on the tenant's other writers wait; it is there exactly when the transaction is.
 *
 * @returns the line's id
 */
export function appendAudit(tx: Transaction, { action, subject, detail }: AuditNote): string {
  const { tenantId, actor } = tx.caller;
  const traceId = currentTraceId();
  const id = uuidv7(tx.now.getTime());
  tx.beforeCommit(`${tenantId}/audit`, async () => {
    const start = chainStart(tenantId).hash;
    // One transaction may write to the chains of several tenants.
    const [, [place]] = await Promise.all([
      actAs(tx, tx.caller),
      tx.query<{ number: number; previousHash: Buffer }>(TAKE_PLACE, [tenantId, start]),
    ]);
    if (!place) throw new Error('the audit log gave no place');
    const { number, previousHash } = place;
    const entry = {
      number,
      previousHash,
      id,
      at: tx.now,
      actor,
      action,
      subject,
      detail,
      traceId,
    };
    const said = [entry.id, entry.at, actor, action, subject, JSON.stringify(detail), traceId];
    await tx.query(APPEND, [tenantId, number, ...said, hashEntry(entry), previousHash]);
  });
  return id;
}
