import { encodeCursor, recordEvent } from '@rae/events';
import { checkText } from '@rae/kernel';
import { planArchive, planRestore, type StatusChange } from '../domain/changes.ts';
import type { Memory } from '../domain/memory-row.ts';
import { writeStatus } from '../queries/write-status.ts';
import { getMemoryLocked } from './get-memory.ts';
import type { MemoryContext } from './memory-context.ts';

export interface ChangedMemory {
  readonly memory: Memory;
  /** Null: nothing was changed. */
  readonly cursor: string | null;
}

const MAX_REASON = 1_024;
const EVENTS = { ARCHIVED: 'memory.archived', RESTORED: 'memory.restored' } as const;

function change(ctx: MemoryContext, id: string, plan: (memory: Memory) => StatusChange | null): Promise<ChangedMemory> {
  return ctx.transact(async (tx) => {
    const memory = await getMemoryLocked(tx, id);
    const planned = plan(memory);
    if (!planned) return { memory, cursor: null };
    await writeStatus(tx, memory, planned);
    const { projectId, layer, version, tags } = memory;
    const payload = { memoryId: id, layer, version: version + 1 };
    const position = await recordEvent(tx, { type: EVENTS[planned.change], projectId, subject: id, tags, payload });
    return { memory: { ...memory, status: planned.to, version: version + 1 }, cursor: encodeCursor(position) };
  });
}

/**
 * Takes a memory out of search and lists. It stays readable by id, and restoreMemory takes this back. Archiving an archived
 * memory changes nothing and records no event.
 *
 * @throws NOT_FOUND if the tenant has no such memory; CONFLICT if it is superseded
 */
export function archiveMemory(ctx: MemoryContext, id: string, reason: string | null): Promise<ChangedMemory> {
  const checked = reason === null ? null : checkText('reason', reason, MAX_REASON);
  return change(ctx, id, (memory) => planArchive(memory, checked));
}

/**
 * Takes an archiving back. Restoring an active memory changes nothing and records no event.
 *
 * @throws NOT_FOUND if the tenant has no such memory
 */
export const restoreMemory = (ctx: MemoryContext, id: string): Promise<ChangedMemory> => change(ctx, id, planRestore);
