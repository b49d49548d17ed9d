import { appendAudit } from '@rae/audit';
import { encodeCursor, recordEvent } from '@rae/events';
import { eraseMemories } from '../queries/erase-memories.ts';
import { eraseDerived } from './erase-derived.ts';
import { getMemoryLocked } from './get-memory.ts';
import type { MemoryContext } from './memory-context.ts';

/**
 * Takes a memory away for good, with the reflections and answers drawn from it: row, vector and history, and from every search index before its next answer. Told by
 * `memory.erased` and in the audit log, which hold its id alone.
 *
 * @throws NOT_FOUND if the tenant has no such memory, also when it was deleted before
 */
export function deleteMemory(ctx: MemoryContext, id: string): Promise<{ id: string; cursor: string }> {
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
