import { badInput, checkJson, isUuid, type JsonValue } from '@rae/kernel';
import type { IndexedLayer, IndexedRole, IndexedStatus } from '../engine/codes.ts';
import type { MemoryLayer } from './memory-row.ts';

/** `input MemoryFilter`; scalars are parsed, values are not checked yet. */
export interface MemoryFilter {
  projectId?: string | null;
  layers?: readonly IndexedLayer[] | null;
  statuses?: readonly IndexedStatus[] | null;
  tags?: readonly string[] | null;
  anyTags?: readonly string[] | null;
  roles?: readonly IndexedRole[] | null;
  userId?: string | null;
  agentId?: string | null;
  sessionId?: string | null;
  documentId?: string | null;
  collection?: string | null;
  source?: string | null;
  occurredFrom?: Date | null;
  occurredTo?: Date | null;
  minImportance?: number | null;
  metadata?: JsonValue;
  validAt?: Date | null;
  asOf?: Date | null;
}

/** The same as it is given: WORKING stands alone, and only where memories are listed. */
export type GivenFilter = Omit<MemoryFilter, 'layers'> & { layers?: readonly MemoryLayer[] | null };

const isLasting = (layer: MemoryLayer): layer is IndexedLayer => layer !== 'WORKING';

const MAX_VALUES = 100;

/**
 * Checks a filter before it is used; an empty range or list is allowed and finds what it says.
 *
 * @param now an asOf may lie a minute behind it, by which clocks differ
 * @throws BAD_USER_INPUT naming the field
 */
export function checkFilter(filter: GivenFilter | null | undefined, now: Date): MemoryFilter {
  const { layers, ...rest } = filter ?? {};
  const lasting = layers?.filter(isLasting) ?? null;
  if (lasting?.length !== layers?.length)
    throw badInput(
      'filter.layers',
      'names WORKING, whose memories are in no index and no database; list them alone, with memories(filter: { layers: [WORKING] })',
    );
  const checked: MemoryFilter = lasting ? { ...rest, layers: lasting } : rest;
  if (checked.asOf) checkAsOf('filter.asOf', checked.asOf, now);
  if (checked.projectId && !isUuid(checked.projectId)) throw badInput('filter.projectId', 'must be a UUID');
  if (checked.documentId && !isUuid(checked.documentId)) throw badInput('filter.documentId', 'must be a UUID');
  for (const field of ['tags', 'anyTags'] as const) {
    const given = checked[field]?.length ?? 0;
    if (given > MAX_VALUES)
      throw badInput(`filter.${field}`, `holds ${given} tags; at most ${MAX_VALUES} are allowed`, {
        limit: MAX_VALUES,
        given,
      });
    if (checked[field]?.some((tag) => tag.includes('\0')))
      throw badInput(`filter.${field}`, 'holds a NUL character; leave it out');
  }
  for (const field of ['userId', 'agentId', 'sessionId', 'collection', 'source'] as const)
    if (checked[field]?.includes('\0')) throw badInput(`filter.${field}`, 'holds a NUL character; leave it out');
  if (checked.metadata !== undefined && checked.metadata !== null) checkJson('filter.metadata', checked.metadata);
  // The search index compares ids as texts.
  return checked.documentId ? { ...checked, documentId: checked.documentId.toLowerCase() } : checked;
}

const CLOCKS_DIFFER_MS = 60_000;

/** @throws BAD_USER_INPUT for an instant to come: how the store will stand then, nobody knows */
export function checkAsOf(field: string, asOf: Date, now: Date): Date {
  if (asOf.getTime() > now.getTime() + CLOCKS_DIFFER_MS)
    throw badInput(field, `must not lie in the future: it is ${now.toISOString()} now`, { limit: now, given: asOf });
  return asOf;
}
