import { badInput, type JsonValue } from '@rae/kernel';
import { type MemoryChange, type MemoryPatch, planChange } from './changes.ts';
import type { Memory } from './memory-row.ts';
import { checkImportance, checkMetadata, checkTags } from './new-memory.ts';
import { checkExpiry } from './time-to-live.ts';

/** `input UpdateMemoryInput`; scalars are parsed, values are not checked yet. What is undefined stays. */
export interface UpdateMemoryInput {
  id: string;
  tags?: readonly string[] | null;
  metadata?: JsonValue;
  importance?: number | null;
  validTo?: Date | null;
  expiresAt?: Date | null;
}

/**
 * Checks an update on its own; changes nothing else.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export function checkUpdate(
  { tags, metadata, importance, validTo, expiresAt }: UpdateMemoryInput,
  now: Date,
): MemoryPatch {
  if (importance === null) throw badInput('input.importance', 'cannot be taken away; leave it out or give 0 to 1');
  return {
    ...(tags !== undefined ? { tags: checkTags('input.tags', tags ?? []) } : {}),
    ...(metadata !== undefined ? { metadata: checkMetadata('input.metadata', metadata ?? {}) } : {}),
    ...(importance !== undefined ? { importance: checkImportance('input.importance', importance) } : {}),
    ...(validTo !== undefined ? { validTo } : {}),
    ...(expiresAt !== undefined ? { expiresAt: expiresAt && checkExpiry('input.expiresAt', expiresAt, now) } : {}),
  };
}

/**
 * @returns null when nothing differs
 * @throws BAD_USER_INPUT for an end of validity before its beginning
 */
export function planUpdate(memory: Memory, patch: MemoryPatch): MemoryChange | null {
  if (patch.validTo && patch.validTo <= memory.validFrom)
    throw badInput('input.validTo', `must be after validFrom, ${memory.validFrom.toISOString()}`);
  return planChange('UPDATED', memory, patch);
}
