import { badInput, type CostOperation, checkText, isUuid } from '@rae/kernel';
import { LABELS, type Label } from './roll-up.ts';

export const COST_LOG_KINDS = ['CALL', 'ADJUSTMENT'] as const;
export type CostLogKind = (typeof COST_LOG_KINDS)[number];

/** `input CostLogFilter`: what is left out or null matches all. `from` and `to` are of when the call was made; `to` is outside. */
export interface CostLogFilter {
  readonly projectId?: string | null;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly apiKeyId?: string | null;
  readonly subjectType?: string | null;
  readonly subjectId?: string | null;
  readonly triggerId?: string | null;
  readonly executionId?: string | null;
  readonly workflowRunId?: string | null;
  readonly provider?: string | null;
  readonly model?: string | null;
  readonly operation?: CostOperation | null;
  readonly kind?: CostLogKind | null;
  readonly priced?: boolean | null;
  /** Lines that have all of them. */
  readonly tags?: readonly string[] | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

const MAX_TAGS = 20;
const MAX_TEXT = 500;
const TEXTS = [
  'userId',
  'agentId',
  'sessionId',
  'subjectType',
  'subjectId',
  'triggerId',
  'executionId',
  'workflowRunId',
  'provider',
  'model',
] as const;

/**
 * Checks a filter. Whether there is such a project is asked of the database.
 *
 * @param field where it stands in the request, such as `filter`
 * @throws BAD_USER_INPUT naming the field
 */
export function checkCostFilter(given: CostLogFilter | null | undefined, field: string): CostLogFilter {
  const filter = given ?? {};
  for (const name of TEXTS) if (filter[name]) checkText(`${field}.${name}`, filter[name], MAX_TEXT);
  if (filter.apiKeyId && !isUuid(filter.apiKeyId))
    throw badInput(`${field}.apiKeyId`, 'must be a UUID, such as 01a1fdd6-5043-7046-ad5e-645a7c33312b');
  const tags = filter.tags ?? [];
  if (tags.length > MAX_TAGS)
    throw badInput(`${field}.tags`, `must hold at most ${MAX_TAGS}, not ${tags.length}`, {
      limit: MAX_TAGS,
      given: tags.length,
    });
  for (const [at, tag] of tags.entries()) checkText(`${field}.tags.${at}`, tag, MAX_TEXT);
  if (filter.from && filter.to && filter.from >= filter.to) throw badInput(`${field}.to`, 'must be after from');
  return filter;
}

/** Collects the parameters of a statement; `add` gives each its place. */
export function createParameters(first: readonly unknown[]) {
  const values = [...first];
  return { values, add: (value: unknown): string => `$${values.push(value)}` };
}

/** What only the ledger itself can be asked. */
const OF_LINES = { subjectId: 'subject_id', executionId: 'execution_id' } as const;

/** Ids of ours are stored in small letters; others stay as they are. */
const asStored = (value: string | boolean): string | boolean => (isUuid(value) ? value.toLowerCase() : value);

const given = (value: unknown): boolean => value !== null && value !== undefined;

const equalities = (
  columns: Readonly<Record<string, string>>,
  filter: CostLogFilter,
  alias: string,
  add: (value: unknown) => string,
): string[] => {
  const values: Readonly<Record<string, unknown>> = { ...filter };
  return Object.entries(columns).flatMap(([name, column]) => {
    const value = values[name];
    const stored = typeof value === 'string' || typeof value === 'boolean' ? asStored(value) : null;
    return stored === null ? [] : [`${alias}.${column} = ${add(stored)}`];
  });
};

/** Conditions on labels as SQL, of a table with this alias; every value is a parameter. */
export const labelConditions = (filter: CostLogFilter, alias: string, add: (value: unknown) => string): string[] =>
  equalities(LABELS, filter, alias, add);

/** Conditions that only lines of the ledger can be asked. */
export const lineConditions = (filter: CostLogFilter, alias: string, add: (value: unknown) => string): string[] => [
  ...equalities(OF_LINES, filter, alias, add),
  ...(filter.tags?.length ? [`${alias}.tags @> ${add(filter.tags)}::text[]`] : []),
];

/** The labels that a filter asks for. */
export const labelsOf = (filter: CostLogFilter): Label[] =>
  (Object.keys(LABELS) as Label[]).filter((label) => given(filter[label])); // the keys of a constant

/** Whether sums by label can answer it, or the lines themselves have to. */
export const needsLines = ({ subjectId, executionId, tags }: CostLogFilter): boolean =>
  Boolean(subjectId || executionId || tags?.length);
