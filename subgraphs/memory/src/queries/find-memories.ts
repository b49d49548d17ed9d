import type { Transaction } from '@rae/kernel';
import { MEMORY_COLUMNS, type MemoryRow, type StoredMemory, toMemory } from '../domain/memory-row.ts';

const BY_ID = {
  name: 'memories_by_id',
  text: `select ${MEMORY_COLUMNS} from memory.memory where tenant_id = $1 and id = any($2::uuid[])`,
};
const BY_MID = {
  name: 'memories_by_mid',
  text: `select ${MEMORY_COLUMNS} from memory.memory where tenant_id = $1 and project_id = $2 and mid = any($3::bigint[])`,
};
const LOCKED = {
  name: 'memory_locked',
  text: `select ${MEMORY_COLUMNS} from memory.memory where tenant_id = $1 and id = $2 for update`,
};

/** The tenant's memories of these ids, whatever their status; those that are not there are left out. In no order. */
export async function findMemories(tx: Transaction, ids: readonly string[]): Promise<StoredMemory[]> {
  return (await tx.query<MemoryRow>(BY_ID, [tx.caller.tenantId, ids])).map(toMemory);
}

/** The same by the numbers that the index knows. */
export async function findMemoriesByMid(
  tx: Transaction,
  projectId: string,
  mids: readonly number[],
): Promise<StoredMemory[]> {
  return (await tx.query<MemoryRow>(BY_MID, [tx.caller.tenantId, projectId, mids])).map(toMemory);
}

/** One memory, held against other writers until the transaction ends; null when there is none. */
export async function lockMemory(tx: Transaction, id: string): Promise<StoredMemory | null> {
  const [row] = await tx.query<MemoryRow>(LOCKED, [tx.caller.tenantId, id]);
  return row ? toMemory(row) : null;
}
