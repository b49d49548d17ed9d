import { badInput, checkFirst, checkText, isPlatformError } from '@rae/kernel';
import { parseUsd } from '@rae/metering';
import { createPiiGuard } from '../../domain/pii/apply-policy.ts';
import { planSearch, type RetrievalRequest } from '../../domain/search-plan.ts';
import { readPolicies } from '../memories/memory-settings.ts';
import type { MemoryContext } from '../memory-context.ts';

/** `input AskInput`; scalars are parsed, values are not checked yet. */
export interface AskRequest {
  readonly projectId?: string | null;
  readonly question: string;
  readonly search?: RetrievalRequest | null;
  readonly model?: string | null;
  readonly maxOutputTokens?: number | null;
  readonly maxCostUsd?: string | null;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly idempotencyKey?: string | null;
}

export const MAX_QUESTION = 8_192;
const DEFAULT_OUTPUT_TOKENS = 1_024;
const MAX_OUTPUT_TOKENS = 32_768;
const MAX_MODEL = 256;
const MAX_ID = 256;

/** Who pays and where it is filed. @throws BAD_USER_INPUT naming the field */
export function checkPayer(input: Pick<AskRequest, 'userId' | 'agentId' | 'sessionId'>) {
  for (const field of ['userId', 'agentId', 'sessionId'] as const) {
    const id = input[field];
    if (id !== null && id !== undefined) checkText(`input.${field}`, id, MAX_ID);
  }
  return { userId: input.userId ?? null, agentId: input.agentId ?? null, sessionId: input.sessionId ?? null };
}

/**
 * The project that is searched and written to: the input's, or its filter's.
 *
 * @throws BAD_USER_INPUT when they name two
 */
export function namedProject(input: Pick<AskRequest, 'projectId' | 'search'>): string | null {
  const [own, filters] = [input.projectId ?? null, input.search?.filter?.projectId ?? null];
  if (own !== null && filters !== null && own !== filters)
    throw badInput('input.search.filter.projectId', 'is another project than projectId; name one of them');
  return own ?? filters;
}

/**
 * How memories are looked for, checked as a search is.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export function checkRetrieval(
  search: RetrievalRequest | null | undefined,
  query: string,
  now: Date,
): RetrievalRequest {
  try {
    planSearch({ ...search, query }, now);
  } catch (error) {
    const field = isPlatformError(error) ? error.details.field : null;
    if (!isPlatformError(error) || typeof field !== 'string') throw error;
    const named = field.startsWith('input.') ? field.replace('input.', 'input.search.') : `input.search.${field}`;
    throw badInput(named, error.message.replace(`${field}: `, ''), { ...error.details, field: named });
  }
  return search ?? {};
}

/** A question that may be asked. */
export interface CheckedAsk {
  readonly question: string;
  readonly search: RetrievalRequest;
  readonly model: string | null;
  readonly maxOutputTokens: number;
  readonly maxCostNano: bigint | null;
  readonly payer: ReturnType<typeof checkPayer>;
  readonly project: string | null;
}

/**
 * Checks a question, and masks in it what the project does not store.
 *
 * @throws BAD_USER_INPUT naming the field, the limit and what was given
 */
export async function checkAsk(ctx: MemoryContext, input: AskRequest): Promise<CheckedAsk> {
  const { maxOutputTokens, model, maxCostUsd } = input;
  const asked = checkText('input.question', input.question, MAX_QUESTION);
  const project = namedProject(input);
  const guard = createPiiGuard(await readPolicies(ctx, project));
  const question = guard.text('input.question', asked);
  return {
    question,
    search: checkRetrieval(input.search, question, ctx.clock.now()),
    model: model === null || model === undefined ? null : checkText('input.model', model, MAX_MODEL),
    maxOutputTokens: checkFirst(maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, MAX_OUTPUT_TOKENS, 'input.maxOutputTokens'),
    maxCostNano: maxCostUsd === null || maxCostUsd === undefined ? null : parseUsd('input.maxCostUsd', maxCostUsd),
    payer: checkPayer(input),
    project,
  };
}
