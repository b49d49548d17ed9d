import { appendAudit } from '@rae/audit';
import { encodeCursor, recordEvent } from '@rae/events';
import { eraseMemories } from '../../queries/erase-memories.ts';
import { eraseDerived } from '../erasure/erase-derived.ts';
import type { MemoryContext } from '../memory-context.ts';
import { isWorking } from '../working/working-memories.ts';
import type { WorkingMemory } from '../working/working-store.ts';
import { getMemory, getMemoryLocked } from './get-memory.ts';

export interface DeletedMemory {
  readonly id: string;
  /** Null for a WORKING one, of which the log knows nothing. */
  readonly cursor: string | null;
}

/** First what is told, then what is done: a store that is away leaves a line that says what was wanted. */
async function deleteWorking(ctx: MemoryContext, memory: WorkingMemory): Promise<DeletedMemory> {
  const { id, projectId } = memory;
  await ctx.transact(async (tx) => {
    appendAudit(tx, { action: 'deleteMemory', subject: `memory:${id}`, detail: { projectId, layer: 'WORKING' } });
  });
  await ctx.working.remove(ctx.caller.tenantId, [memory]);
  return { id, cursor: null };
}

/**
 * Takes a memory away for good, with the reflections and answers drawn from it: row, vector and history, and from every search index before its next answer. Told by
 * `memory.erased` and in the audit log, which hold its id alone.
 *
 * @throws NOT_FOUND if the tenant has no such memory, also when it was deleted before
 */
export async function deleteMemory(ctx: MemoryContext, id: string): Promise<DeletedMemory> {
  const known = await getMemory(ctx, id);
  if (isWorking(known)) return deleteWorking(ctx, known);
  return ctx.transact(async (tx) => {
    const memory = await getMemoryLocked(tx, id);
    await eraseMemories(tx, [memory]);
    const derived = await eraseDerived(tx, [id]);
    appendAudit(tx, { action: 'deleteMemory', subject: `memory:${id}`, detail: { projectId: memory.projectId } });
    const { projectId } = memory;
    const position = await recordEvent(tx, {
      type: 'memory.erased',
      projectId,
      subject: id,
      payload: { memoryIds: [id, ...derived.memoryIds] },
    });
    return { id, cursor: encodeCursor(position) };
  });
}
