import { badInput } from '@rae/kernel';
import { type IndexedLayer, LAYERS } from '../engine/codes.ts';
import type { MemoryLayer } from './memory-row.ts';
import type { PiiPolicies, PiiPolicy } from './pii/apply-policy.ts';

/** Days by layer; a layer that is left out is kept. */
export type Retention = Readonly<Partial<Record<IndexedLayer, number>>>;

/** How one project treats what is written to it. */
export interface MemorySettings extends PiiPolicies {
  readonly retention: Retention;
}

export const DEFAULT_SETTINGS: MemorySettings = { secretPolicy: 'MASK', personalDataPolicy: 'FLAG', retention: {} };

const MOST_DAYS = 36_500;

/** `input SetMemorySettingsInput`. What is undefined or null stays. */
export interface SetMemorySettingsInput {
  projectId?: string | null;
  secretPolicy?: PiiPolicy | null;
  personalDataPolicy?: PiiPolicy | null;
  retention?: readonly { layer: MemoryLayer; days?: number | null }[] | null;
}

const isIndexed = (layer: MemoryLayer): layer is IndexedLayer => layer in LAYERS;

function nextRetention(before: Retention, given: SetMemorySettingsInput['retention']): Retention {
  const next: Partial<Record<IndexedLayer, number>> = { ...before };
  for (const [at, { layer, days }] of (given ?? []).entries()) {
    const field = `input.retention[${at}]`;
    if (!isIndexed(layer))
      throw badInput(`${field}.layer`, 'cannot be WORKING: such memories end with their ttlSeconds');
    if (days === null || days === undefined) delete next[layer];
    else if (days >= 1 && days <= MOST_DAYS) next[layer] = days;
    else throw badInput(`${field}.days`, `must be 1 to ${MOST_DAYS}, or null`, { limit: MOST_DAYS, given: days });
  }
  return next;
}

/**
 * Settings after a change. Layers that are not named keep their retention.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export const changeSettings = (before: MemorySettings, input: SetMemorySettingsInput): MemorySettings => ({
  secretPolicy: input.secretPolicy ?? before.secretPolicy,
  personalDataPolicy: input.personalDataPolicy ?? before.personalDataPolicy,
  retention: nextRetention(before.retention, input.retention),
});
