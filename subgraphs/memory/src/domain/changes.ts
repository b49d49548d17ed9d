import { type JsonValue, PlatformError } from '@rae/kernel';
import type { Memory } from './memory-row.ts';

/** What may change in a memory once it is written; its content never does. */
export type MemoryPatch = Partial<
  Pick<
    Memory,
    | 'status'
    | 'tags'
    | 'metadata'
    | 'importance'
    | 'validTo'
    | 'expiresAt'
    | 'archivedAt'
    | 'supersededAt'
    | 'supersededBy'
  >
>;

export type ChangeKind = 'UPDATED' | 'ARCHIVED' | 'RESTORED' | 'SUPERSEDED' | 'STRENGTHENED' | 'FEEDBACK';

/** What a change does to a memory's row, and what its history says of it. */
export interface MemoryChange {
  readonly change: ChangeKind;
  readonly patch: MemoryPatch;
  /** The changed fields as they were: by these, asOf finds back. */
  readonly before: { [field: string]: JsonValue };
  readonly after: { [field: string]: JsonValue };
}

/** An instant as the history holds it. */
export const toJsonTime = (time: Date): string => time.toISOString();

const toJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value ?? null));
const valueIn = (fields: MemoryPatch, name: string): JsonValue =>
  toJson(Object.entries(fields).find(([key]) => key === name)?.[1]);

/**
 * A change of the fields that differ.
 *
 * @param remarks what the history says besides, such as a reason
 * @returns null when nothing differs
 */
export function planChange(
  change: ChangeKind,
  memory: Memory,
  wanted: MemoryPatch,
  remarks: { [field: string]: JsonValue } = {},
): MemoryChange | null {
  const fields = Object.keys(wanted).filter(
    (field) => JSON.stringify(valueIn(memory, field)) !== JSON.stringify(valueIn(wanted, field)),
  );
  if (fields.length === 0) return null;
  const of = (source: MemoryPatch) => Object.fromEntries(fields.map((field) => [field, valueIn(source, field)]));
  const patch: MemoryPatch = Object.fromEntries(Object.entries(wanted).filter(([field]) => fields.includes(field)));
  return { change, patch, before: of(memory), after: { ...of(wanted), ...remarks } };
}

/** @returns null when there is nothing to do. @throws CONFLICT when it is superseded */
export function planArchive(memory: Memory, reason: string | null, now: Date): MemoryChange | null {
  const { id, status } = memory;
  if (status === 'ARCHIVED') return null;
  if (status === 'SUPERSEDED')
    throw new PlatformError('CONFLICT', `Memory ${id} is superseded; archive the one that replaced it.`, {
      memoryId: id,
      status,
    });
  return planChange('ARCHIVED', memory, { status: 'ARCHIVED', archivedAt: now }, reason === null ? {} : { reason });
}

/** Takes an archiving, a supersession or an expiry back. @returns null when there is nothing to do */
export function planRestore(memory: Memory, now: Date): MemoryChange | null {
  const isOver = memory.expiresAt !== null && memory.expiresAt <= now;
  return planChange('RESTORED', memory, {
    status: 'ACTIVE',
    archivedAt: null,
    supersededAt: null,
    supersededBy: null,
    ...(isOver ? { expiresAt: null } : {}),
  });
}

/**
 * @param remarks what the history says besides, such as of what both speak
 * @throws CONFLICT unless it is active, or when it would be replaced by itself
 */
export function planSupersede(
  memory: Memory,
  by: string,
  now: Date,
  remarks: { [field: string]: JsonValue } = {},
): MemoryChange | null {
  const { id, status } = memory;
  if (status !== 'ACTIVE')
    throw new PlatformError(
      'CONFLICT',
      status === 'SUPERSEDED'
        ? `Memory ${id} is superseded already; supersede the one that replaced it, or restore this one first.`
        : `Memory ${id} is archived; restore it first.`,
      { memoryId: id, status, supersededBy: memory.supersededBy },
    );
  if (by === id)
    throw new PlatformError('CONFLICT', `Memory ${id} says the same already; nothing replaces itself.`, {
      memoryId: id,
    });
  return planChange('SUPERSEDED', memory, { status: 'SUPERSEDED', supersededAt: now, supersededBy: by }, remarks);
}
