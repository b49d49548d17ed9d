import { checkText } from '@rae/kernel';
import { planArchive, planRestore } from '../../domain/changes.ts';
import { addUsage } from '../../queries/usage.ts';
import type { MemoryContext } from '../memory-context.ts';
import { isWorking, refuseWorking } from '../working/working-memories.ts';
import { type ChangedMemory, changeMemory, commitChange } from './change-memory.ts';
import { getMemory } from './get-memory.ts';

const MAX_REASON = 1_024;

/**
 * Takes a memory out of search and lists. It stays readable by id, and restoreMemory takes this back. Archiving an archived
 * memory changes nothing and records no event.
 *
 * @throws NOT_FOUND if the tenant has no such memory; CONFLICT if it is superseded, or a WORKING one
 */
export async function archiveMemory(ctx: MemoryContext, id: string, reason: string | null): Promise<ChangedMemory> {
  const checked = reason === null ? null : checkText('reason', reason, MAX_REASON);
  refuseWorking(await getMemory(ctx, id), 'archived');
  return changeMemory(ctx, id, (memory, now) => planArchive(memory, checked, now));
}

/**
 * Takes an archiving, a supersession or an expiry back, and counts as a use, so that the memory does not fade away the next
 * night. Restoring an active memory changes nothing and records no event.
 *
 * @throws NOT_FOUND if the tenant has no such memory
 */
export async function restoreMemory(ctx: MemoryContext, id: string): Promise<ChangedMemory> {
  const known = await getMemory(ctx, id);
  if (isWorking(known)) return { memory: known, cursor: null };
  return ctx.transact(async (tx) => {
    const restored = await commitChange(tx, id, planRestore);
    if (restored.cursor !== null) await addUsage(tx, [{ memoryId: restored.memory.id, uses: 1, usedAt: tx.now }]);
    return restored;
  });
}
