import { badInput, type JsonValue } from '@rae/kernel';
import { type MemoryChange, type MemoryPatch, planChange } from './changes.ts';
import type { Memory } from './memory-row.ts';
import { checkImportance, planTags, replaceMetadata } from './new-memory.ts';
import { createPiiGuard, type PiiPolicies } from './pii/apply-policy.ts';
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
 * Checks an update and says what it changes: what is undefined stays, null empties.
 *
 * @param policies what the project does with secrets and personal data
 * @returns null when nothing differs
 * @throws BAD_USER_INPUT naming the field
 */
export function planUpdate(
  memory: Memory,
  { tags, metadata, importance, validTo, expiresAt }: UpdateMemoryInput,
  now: Date,
  policies: PiiPolicies,
): MemoryChange | null {
  const guard = createPiiGuard(policies);
  if (importance === null) throw badInput('input.importance', 'cannot be taken away; leave it out or give 0 to 1');
  if (validTo && validTo <= memory.validFrom)
    throw badInput('input.validTo', `must be after validFrom, ${memory.validFrom.toISOString()}`);
  const patch: MemoryPatch = {
    ...(tags !== undefined ? { tags: planTags('input.tags', tags ?? [], guard) } : {}),
    ...(metadata !== undefined
      ? { metadata: replaceMetadata('input.metadata', metadata ?? {}, memory.metadata, guard) }
      : {}),
    ...(importance !== undefined ? { importance: checkImportance('input.importance', importance) } : {}),
    ...(validTo !== undefined ? { validTo } : {}),
    ...(expiresAt !== undefined ? { expiresAt: expiresAt && checkExpiry('input.expiresAt', expiresAt, now) } : {}),
  };
  return planChange('UPDATED', memory, patch);
}
