import type { Transaction } from '@rae/kernel';
import type { StoredMemory } from '../domain/memory-row.ts';

const ERASE = {
  name: 'memory_erase',
  text: `with erased as (delete from memory.memory where tenant_id = $1 and project_id = $2 and mid = $3 returning mid),
    vectors as (delete from memory.vector where tenant_id = $1 and project_id = $2 and mid = $3),
    revisions as (delete from memory.revision where tenant_id = $1 and memory_id = $4),
    uses as (delete from memory.usage where tenant_id = $1 and memory_id = $4),
    told as (delete from memory.feedback where tenant_id = $1 and memory_id = $4),
    heirs as (update memory.memory set superseded_by = null where tenant_id = $1 and superseded_by = $4)
    insert into memory.gone (tenant_id, project_id, mid) select $1, $2, mid from erased`,
};

/** Takes a memory away for good, with its vector, history, uses and feedback, and tells every search index so. */
export async function eraseMemory(tx: Transaction, { id, projectId, mid }: StoredMemory): Promise<void> {
  await tx.query(ERASE, [tx.caller.tenantId, projectId, mid, id]);
}
