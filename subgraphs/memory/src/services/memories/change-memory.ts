import { encodeCursor, type NewEvent, recordEvent } from '@rae/events';
import type { JsonValue, Transaction } from '@rae/kernel';
import type { ChangeKind, MemoryChange } from '../../domain/changes.ts';
import type { Memory, StoredMemory } from '../../domain/memory-row.ts';
import { writeChange } from '../../queries/write-change.ts';
import type { MemoryContext } from '../memory-context.ts';
import { getMemoryLocked } from './get-memory.ts';

export interface ChangedMemory {
  readonly memory: Memory;
  /** Null: nothing was changed. */
  readonly cursor: string | null;
}

/** What a change is called in the log. */
const EVENTS = {
  UPDATED: { type: 'memory.updated' },
  ARCHIVED: { type: 'memory.archived' },
  RESTORED: { type: 'memory.restored' },
  SUPERSEDED: { type: 'memory.superseded' },
  STRENGTHENED: { type: 'memory.strengthened' },
  FEEDBACK: { type: 'memory.updated' },
} as const satisfies Record<ChangeKind, { type: string }>;

/** The event of a change: ids, layer, version and the names of the fields, never their values. */
export const changeEvent = (
  { id, projectId, layer, version, tags }: Memory,
  { change, patch }: MemoryChange,
  more: { [key: string]: JsonValue } = {},
): NewEvent => ({
  ...EVENTS[change],
  projectId,
  subject: id,
  tags,
  payload: { memoryId: id, layer, version, fields: Object.keys(patch), ...more },
});

/** What a memory looks like that was read as it is written: one whose time is over is archived. */
export const asSeen = (memory: Memory, now: Date): Memory =>
  memory.status === 'ACTIVE' && memory.expiresAt !== null && memory.expiresAt <= now
    ? { ...memory, status: 'ARCHIVED' }
    : memory;

/** Changes one memory in an open transaction: row, history and event. `plan` gives null when there is nothing to do. */
export async function commitChange(
  tx: Transaction,
  id: string,
  plan: (memory: StoredMemory, now: Date) => MemoryChange | null,
): Promise<ChangedMemory> {
  const memory = await getMemoryLocked(tx, id);
  const planned = plan(memory, tx.now);
  if (!planned) return { memory: asSeen(memory, tx.now), cursor: null };
  const changed = await writeChange(tx, memory, planned);
  const position = await recordEvent(tx, changeEvent(changed, planned));
  return { memory: asSeen(changed, tx.now), cursor: encodeCursor(position) };
}

/** The same as a use case of its own. */
export const changeMemory = (
  ctx: MemoryContext,
  id: string,
  plan: (memory: StoredMemory, now: Date) => MemoryChange | null,
): Promise<ChangedMemory> => ctx.transact((tx) => commitChange(tx, id, plan));
