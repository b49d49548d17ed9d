import type { JsonValue } from '@rae/kernel';
import type { MemoryFilter } from './memory-filter.ts';
import type { Memory } from './memory-row.ts';

/** JSON containment as Postgres has it (`@>`): objects by their members, lists by their items in any order, scalars by value. */
function contains(whole: JsonValue, part: JsonValue): boolean {
  if (Array.isArray(part))
    return Array.isArray(whole) && part.every((item) => whole.some((one) => contains(one, item)));
  if (part !== null && typeof part === 'object') {
    if (whole === null || typeof whole !== 'object' || Array.isArray(whole)) return false;
    return Object.entries(part).every(
      ([key, value]) => Object.hasOwn(whole, key) && contains(whole[key] ?? null, value),
    );
  }
  return whole === part;
}

const isOpen = <T>(wanted: T | null | undefined, fits: (wanted: T) => boolean): boolean =>
  wanted === null || wanted === undefined || fits(wanted);
const isAmong = <T>(wanted: readonly T[] | null | undefined, value: T | null): boolean =>
  !wanted?.length || (value !== null && wanted.includes(value));

/** Whether a memory that is in no database passes a filter, as the same filter does in SQL. Layer and project are not looked at. */
export function matchesFilter(memory: Memory, filter: MemoryFilter): boolean {
  const { tags, role, userId, agentId, sessionId, source, occurredAt, importance, metadata, validFrom, validTo } =
    memory;
  return (
    (!filter.statuses?.length || filter.statuses.includes(memory.status)) &&
    (filter.tags ?? []).every((tag) => tags.includes(tag)) &&
    (!filter.anyTags?.length || filter.anyTags.some((tag) => tags.includes(tag))) &&
    isAmong(filter.roles, role) &&
    isOpen(filter.userId, (wanted) => wanted === userId) &&
    isOpen(filter.agentId, (wanted) => wanted === agentId) &&
    isOpen(filter.sessionId, (wanted) => wanted === sessionId) &&
    isOpen(filter.source, (wanted) => wanted === source) &&
    isOpen(filter.occurredFrom, (from) => occurredAt >= from) &&
    isOpen(filter.occurredTo, (to) => occurredAt < to) &&
    isOpen(filter.minImportance, (least) => importance >= least) &&
    isOpen(filter.metadata, (part) => contains(metadata, part)) &&
    isOpen(filter.validAt, (at) => validFrom <= at && (validTo === null || validTo > at)) &&
    !filter.documentId &&
    !filter.collection
  );
}
