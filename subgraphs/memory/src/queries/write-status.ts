import type { Transaction } from '@rae/kernel';
import type { StatusChange } from '../domain/changes.ts';
import type { Memory } from '../domain/memory-row.ts';
import { STATUSES } from '../engine/codes.ts';

const UPDATE = {
  name: 'memory_status',
  text: `update memory.memory set status = $3, archived_at = $4 where tenant_id = $1 and id = $2`,
};
const REVISION = {
  name: 'revision_insert',
  text: `insert into memory.revision (tenant_id, memory_id, version, at, actor, change, before, after) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

/** Changes a memory's status and writes down what changed. */
export async function writeStatus(
  tx: Transaction,
  { id, version }: Memory,
  { change, from, to, reason }: StatusChange,
): Promise<void> {
  const { tenantId, actor } = tx.caller;
  await tx.query(UPDATE, [tenantId, id, STATUSES[to], to === 'ARCHIVED' ? tx.now : null]);
  const after = reason === null ? { status: to } : { status: to, reason };
  await tx.query(REVISION, [
    tenantId,
    id,
    version + 1,
    tx.now,
    actor,
    change,
    JSON.stringify({ status: from }),
    JSON.stringify(after),
  ]);
}
