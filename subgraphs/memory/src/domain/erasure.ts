import { badInput, checkText, type JsonValue } from '@rae/kernel';
import { checkFilter, type GivenFilter, type MemoryFilter } from './memory-filter.ts';

/** The kind of the jobs that do an erasure's pages. */
export const ERASE_MEMORIES = 'memory.erase-memories';

/** A person, agent or session in the caller's own ids; where several are given, all must hold. */
export interface ErasureSubject {
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
}

/** What an erasure takes in the database: what matches a filter (null: nothing), or all that is held on somebody. */
export type ErasureCondition =
  | { readonly kind: 'memories'; readonly filter: MemoryFilter | null }
  | { readonly kind: 'subject'; readonly subject: ErasureSubject };

/** One erasure as it stands. completedAt null: at least one part is not done. */
export interface Erasure {
  readonly id: string;
  readonly projectId: string | null;
  readonly reason: string;
  readonly requestedAt: Date;
  readonly completedAt: Date | null;
  readonly erasedMemories: number;
  readonly auditId: string;
}

/** What one subgraph removed. doneAt null: it is at it. */
export interface ErasurePart {
  readonly part: string;
  readonly removed: number;
  readonly doneAt: Date | null;
}

/** Those who hold something that rests on memories, each with its own part. */
export const ERASURE_PARTS = ['memory', 'governance'] as const;

const MAX_REASON = 1_024;
const MAX_ID = 256;

export const checkReason = (reason: string, field: string): string => checkText(field, reason, MAX_REASON);

const isGiven = (value: unknown): boolean =>
  value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);

/**
 * Which memories a filter takes, in the database (null: none, it names WORKING alone) and among the WORKING ones.
 *
 * @throws BAD_USER_INPUT for a filter without a condition beside the project, or one of another time than now
 */
export function checkErasureFilter(given: GivenFilter, now: Date): { lasting: MemoryFilter | null; working: boolean } {
  if (isGiven(given.asOf))
    throw badInput('filter.asOf', 'an erasure takes what there is now, in every state; leave asOf out');
  const { projectId: _project, layers, ...conditions } = given;
  if (![layers, ...Object.values(conditions)].some(isGiven))
    throw badInput('filter', 'needs at least one condition beside the project, so that nothing is erased by mistake');
  const stored = layers?.filter((layer) => layer !== 'WORKING') ?? [];
  const filter = checkFilter({ ...conditions, layers: stored }, now);
  const all = !layers?.length;
  return { lasting: all || stored.length > 0 ? filter : null, working: all || stored.length < layers.length };
}

/** @throws BAD_USER_INPUT when none of the three ids is given, or one is empty or too long */
export function checkErasureSubject(given: Partial<Record<keyof ErasureSubject, string | null>>): ErasureSubject {
  const check = (field: keyof ErasureSubject): string | null =>
    isGiven(given[field]) ? checkText(`input.${field}`, given[field] ?? '', MAX_ID) : null;
  const subject = { userId: check('userId'), agentId: check('agentId'), sessionId: check('sessionId') };
  if (!Object.values(subject).some(isGiven))
    throw badInput('input', 'needs at least one of userId, agentId and sessionId');
  return subject;
}

const DATES = ['occurredFrom', 'occurredTo', 'validAt'] as const;

/** As it is kept until the work is done. */
export const conditionToJson = (condition: ErasureCondition): JsonValue => JSON.parse(JSON.stringify(condition));

/** What conditionToJson kept. */
export function conditionFromJson(kept: ErasureCondition): ErasureCondition {
  if (kept.kind === 'subject' || !kept.filter) return kept;
  const filter: MemoryFilter = { ...kept.filter };
  for (const field of DATES) {
    const value = filter[field];
    if (value) filter[field] = new Date(value);
  }
  return { kind: 'memories', filter };
}
