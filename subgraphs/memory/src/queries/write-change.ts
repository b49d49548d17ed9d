import type { Transaction } from '@rae/kernel';
import type { MemoryChange } from '../domain/changes.ts';
import type { Memory } from '../domain/memory-row.ts';
import { STATUSES } from '../engine/codes.ts';

/** Row and history in one statement: neither is ever there without the other. */
const WRITE = {
  name: 'memory_change',
  text: `with changed as (
      update memory.memory set status = $3, tags = $4, metadata = $5, importance = $6, valid_to = $7, expires_at = $8, archived_at = $9,
        superseded_at = $10, superseded_by = $11
      where tenant_id = $1 and id = $2 returning version)
    insert into memory.revision (tenant_id, memory_id, version, at, actor, change, before, after)
    select $1, $2, version, $12, $13, $14, $15, $16 from changed`,
};

/**
 * Changes a memory that the transaction holds locked, and writes down what changed.
 *
 * @returns the memory as it is now
 */
export async function writeChange<M extends Memory>(
  tx: Transaction,
  memory: M,
  { change, patch, before, after }: MemoryChange,
): Promise<M> {
  const now = { ...memory, ...patch, version: memory.version + 1 };
  const { status, tags, metadata, importance, validTo, expiresAt, archivedAt, supersededAt, supersededBy } = now;
  const states = [STATUSES[status], tags, JSON.stringify(metadata), importance, validTo, expiresAt];
  const withdrawn = [archivedAt, supersededAt, supersededBy];
  const said = [tx.now, tx.caller.actor, change, JSON.stringify(before), JSON.stringify(after)];
  await tx.query(WRITE, [tx.caller.tenantId, memory.id, ...states, ...withdrawn, ...said]);
  return now;
}
