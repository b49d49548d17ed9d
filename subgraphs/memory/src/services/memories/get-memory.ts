import { badInput, isUuid, notFound, type Transaction } from '@rae/kernel';
import { checkAsOf } from '../../domain/memory-filter.ts';
import type { Memory, StoredMemory } from '../../domain/memory-row.ts';
import { findMemoryAsOf, lockMemory } from '../../queries/find-memories.ts';
import type { MemoryContext } from '../memory-context.ts';

export type { Memory };

/** One memory by its id; null when the tenant has none of it, or the key may not see its project. */
export const findMemory = async (ctx: MemoryContext, id: string): Promise<Memory | null> =>
  isUuid(id) ? ctx.loaders.memory.load(id) : null;

function checkId(id: string): void {
  if (!isUuid(id)) throw badInput('id', 'must be the UUID of a memory');
}

/** @throws NOT_FOUND where findMemory gives null; BAD_USER_INPUT for what is no UUID */
export async function getMemory(ctx: MemoryContext, id: string): Promise<Memory> {
  checkId(id);
  const memory = await findMemory(ctx, id);
  if (!memory) throw notFound('memory', id);
  return memory;
}

/**
 * One memory by its id, whatever its status: as it stands now, or as it stood at `asOf`. A look at it as it is now counts
 * as a use.
 *
 * @throws NOT_FOUND as getMemory, and for one that was not written by then; BAD_USER_INPUT for what is no UUID, and for an
 *   asOf that is to come
 */
export async function readMemory(ctx: MemoryContext, id: string, asOf: Date | null): Promise<Memory> {
  const now = ctx.clock.now();
  if (!asOf) {
    const memory = await getMemory(ctx, id);
    ctx.usage.count(ctx.caller.tenantId, [memory.id], now);
    return memory;
  }
  checkId(id);
  const memory = await findThen(ctx, id, checkAsOf('asOf', asOf, now));
  if (!memory) throw notFound('memory', id);
  return memory;
}

async function findThen(ctx: MemoryContext, id: string, asOf: Date): Promise<Memory | null> {
  const memory = await ctx.readOnce((tx) => findMemoryAsOf(tx, id, asOf));
  const { projectId } = ctx.caller;
  return projectId === null || memory?.projectId === projectId ? memory : null;
}

/** One memory, held against other writers. @throws NOT_FOUND when there is none that the caller may see; BAD_USER_INPUT for what is no UUID */
export async function getMemoryLocked(tx: Transaction, id: string): Promise<StoredMemory> {
  checkId(id);
  const memory = await lockMemory(tx, id);
  const { projectId } = tx.caller;
  if (!memory || (projectId !== null && memory.projectId !== projectId)) throw notFound('memory', id);
  return memory;
}
