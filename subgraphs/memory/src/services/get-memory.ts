import { isUuid, notFound, type Transaction } from '@rae/kernel';
import type { Memory, StoredMemory } from '../domain/memory-row.ts';
import { lockMemory } from '../queries/find-memories.ts';
import type { MemoryContext } from './memory-context.ts';

/** One memory by its id; null when the tenant has none of it, or the key may not see its project. */
export const findMemory = async (ctx: MemoryContext, id: string): Promise<Memory | null> =>
  isUuid(id) ? ctx.loaders.memory.load(id) : null;

/** @throws NOT_FOUND where findMemory gives null */
export async function getMemory(ctx: MemoryContext, id: string): Promise<Memory> {
  const memory = await findMemory(ctx, id);
  if (!memory) throw notFound('memory', id);
  return memory;
}

/** One memory, held against other writers. @throws NOT_FOUND when there is none that the caller may see */
export async function getMemoryLocked(tx: Transaction, id: string): Promise<StoredMemory> {
  const memory = isUuid(id) ? await lockMemory(tx, id) : null;
  const { projectId } = tx.caller;
  if (!memory || (projectId !== null && memory.projectId !== projectId)) throw notFound('memory', id);
  return memory;
}
