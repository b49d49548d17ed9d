import type { JsonValue } from '@rae/kernel';
import { type MemoryChange, planChange } from './changes.ts';
import type { Memory } from './memory-row.ts';
import { MAX_TAGS, type NewMemory } from './new-memory.ts';

/** A tenth of the way to 1, as RAE-agentic-memory raises it on promotion. */
const RAISE = 0.1;

/** Importance a part of the way to 1 (a negative part: to 0), to three decimals. */
export const moveImportance = (importance: number, part: number): number =>
  Math.round((importance + part * (part > 0 ? 1 - importance : importance)) * 1_000) / 1_000;

const later = (one: Date | null, other: Date | null): Date | null =>
  one === null || other === null ? null : one > other ? one : other;

/** What the second telling says differently; kept in the history, so that nothing of it is lost. */
function differences(memory: Memory, given: NewMemory): { [field: string]: JsonValue } {
  const { content, metadata, source, sessionId, role } = given;
  const occurredAt = given.occurredAt.toISOString();
  const told = Object.entries({ content, metadata, source, sessionId, role, occurredAt }).filter(
    ([field, value]) =>
      value !== null &&
      JSON.stringify(value) !== '{}' &&
      JSON.stringify(value) !== JSON.stringify(fieldOf(memory, field)),
  );
  return Object.fromEntries(told);
}

const fieldOf = (memory: Memory, name: string): unknown =>
  Object.entries(memory).find(([field]) => field === name)?.[1];

/**
 * What telling an active memory again does to it: importance rises a tenth of the way to 1, or to the one given if that is
 * more; tags are united; it lives as long as the longer-lived of the two. The rest of the second telling stands in the history.
 */
export function planStrengthen(memory: Memory, given: NewMemory): MemoryChange {
  const importance = Math.max(moveImportance(memory.importance, RAISE), given.importance);
  const tags = [...new Set([...memory.tags, ...given.tags])].slice(0, MAX_TAGS);
  const patch = { importance, tags, expiresAt: later(memory.expiresAt, given.expiresAt) };
  const toldAgain = differences(memory, given);
  const change = planChange('STRENGTHENED', memory, patch, { toldAgain });
  return change ?? { change: 'STRENGTHENED', patch: {}, before: {}, after: { toldAgain } };
}
