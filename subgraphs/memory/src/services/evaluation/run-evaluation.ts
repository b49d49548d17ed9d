import { encodeCursor, recordEvent } from '@rae/events';
import { badInput, checkText, isUuid, type JsonValue, notFound, type Transaction } from '@rae/kernel';
import { type Evaluation, type EvaluationResult, worstFirst } from '../../domain/evaluate/evaluation.ts';
import { type CaseQuality, judgeRanking, meanQuality, quantileOf } from '../../domain/evaluate/quality.ts';
import type { RetrievalRequest } from '../../domain/search-plan.ts';
import { findEvaluations, insertEvaluation } from '../../queries/evaluations.ts';
import { findMemories } from '../../queries/find-memories.ts';
import { checkPayer, checkRetrieval, namedProject } from '../answers/answer-request.ts';
import type { MemoryContext } from '../memory-context.ts';
import { payingProject } from '../paying-project.ts';
import { runOnce } from '../run-once.ts';
import { searchMemories } from '../search/search-memories.ts';

/** `input RunEvaluationInput`; values are not checked yet. */
export interface EvaluateRequest {
  readonly projectId?: string | null;
  readonly dataset: string;
  readonly cases: readonly { readonly query: string; readonly relevantMemoryIds: readonly string[] }[];
  readonly search?: RetrievalRequest | null;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly idempotencyKey?: string | null;
}

export interface Evaluated {
  readonly evaluation: Evaluation;
  readonly cursor: string;
}

const MAX_CASES = 1_000;
const MAX_QUERY = 8_192;
const MAX_RELEVANT = 100;
const MAX_DATASET = 128;
/** Ids looked up by one statement. */
const PAGE = 1_000;
/** As many as a process searches at once. */
const AT_ONCE = 3;
const DEPTH = 20;

function checkCases(cases: EvaluateRequest['cases']): void {
  if (cases.length < 1 || cases.length > MAX_CASES)
    throw badInput('input.cases', `must hold 1 to ${MAX_CASES} cases, not ${cases.length}`, {
      limit: MAX_CASES,
      given: cases.length,
    });
  for (const [at, { query, relevantMemoryIds: ids }] of cases.entries()) {
    checkText(`input.cases[${at}].query`, query, MAX_QUERY);
    const field = `input.cases[${at}].relevantMemoryIds`;
    if (ids.length < 1 || ids.length > MAX_RELEVANT)
      throw badInput(field, `must hold 1 to ${MAX_RELEVANT} ids, not ${ids.length}`, {
        limit: MAX_RELEVANT,
        given: ids.length,
      });
    if (!ids.every(isUuid)) throw badInput(field, 'must hold UUIDs of memories');
  }
}

/** What is relevant must be there to be found. @throws NOT_FOUND naming the first that is not in the project */
async function checkRelevant(ctx: MemoryContext, projectId: string, cases: EvaluateRequest['cases']): Promise<void> {
  const ids = [...new Set(cases.flatMap(({ relevantMemoryIds }) => relevantMemoryIds))];
  for (let from = 0; from < ids.length; from += PAGE) {
    const page = ids.slice(from, from + PAGE);
    const found = new Set(
      (await ctx.readOnce((tx) => findMemories(tx, page)))
        .filter((memory) => memory.projectId === projectId)
        .map(({ id }) => id),
    );
    for (const id of page) if (!found.has(id.toLowerCase())) throw notFound('memory', id);
  }
}

interface Judged {
  readonly quality: CaseQuality;
  readonly result: EvaluationResult;
  readonly tookMs: number;
}

interface Search {
  readonly search: RetrievalRequest;
  readonly projectId: string;
  readonly evaluationId: string;
  readonly payer: ReturnType<typeof checkPayer>;
}

async function judge(
  ctx: MemoryContext,
  { search, projectId, evaluationId, payer }: Search,
  { query, relevantMemoryIds }: EvaluateRequest['cases'][number],
): Promise<Judged> {
  const filter = { ...search.filter, projectId };
  const request = { ...search, filter, limit: Math.max(DEPTH, search.limit ?? 0), query, ...payer };
  const spentOn = { type: 'evaluation', id: evaluationId, weight: 1 };
  const { hits, tookMs } = await searchMemories(ctx, request, spentOn);
  const found = hits.map(({ memory }) => memory.id).slice(0, DEPTH);
  const quality = judgeRanking(found, new Set(relevantMemoryIds.map((id) => id.toLowerCase())));
  const { recallAt10, reciprocalRank } = quality;
  return { quality, tookMs, result: { query, recallAt10, reciprocalRank, relevantMemoryIds, foundMemoryIds: found } };
}

async function judgeAll(ctx: MemoryContext, search: Search, cases: EvaluateRequest['cases']): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (let from = 0; from < cases.length; from += AT_ONCE)
    judged.push(...(await Promise.all(cases.slice(from, from + AT_ONCE).map((one) => judge(ctx, search, one)))));
  return judged;
}

interface Kept {
  [key: string]: JsonValue;
  id: string;
  cursor: string;
}

async function keep(tx: Transaction, evaluation: Evaluation, judged: readonly Judged[]): Promise<Kept> {
  const { id, projectId, dataset, cases, recallAt5, recallAt10, recallAt20, mrr, ndcgAt10 } = evaluation;
  await insertEvaluation(tx, evaluation, worstFirst(judged.map(({ result }) => result)));
  const payload = { evaluationId: id, dataset, cases, recallAt5, recallAt10, recallAt20, mrr, ndcgAt10 };
  const position = await recordEvent(tx, { type: 'evaluation.completed', projectId, subject: id, payload });
  return { id, cursor: encodeCursor(position) };
}

/**
 * Measures how well a project's memories are found: asks each case as a search, and keeps recall, MRR, nDCG and latency with
 * the worst cases. Told by `evaluation.completed`, so that a rule can alert on a drop. Idempotent under its key.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project, or a relevant memory, that is not there; CONFLICT
 *   (retryable) while an equal call is at it
 */
export async function runEvaluation(ctx: MemoryContext, input: EvaluateRequest): Promise<Evaluated> {
  const { idempotencyKey: key, ...asked } = input;
  const dataset = checkText('input.dataset', input.dataset, MAX_DATASET);
  checkCases(input.cases);
  const search = checkRetrieval(input.search, input.cases[0]?.query ?? '', ctx.clock.now());
  const payer = checkPayer(input);
  const projectId = await payingProject(ctx, namedProject(input), 'input.projectId');
  await checkRelevant(ctx, projectId, input.cases);
  const kept = await runOnce<Kept>(ctx, { field: 'runEvaluation', key, input: asked }, async (id) => {
    const judged = await judgeAll(ctx, { search, projectId, evaluationId: id, payer }, input.cases);
    const { reciprocalRank: mrr, ...quality } = meanQuality(judged.map((one) => one.quality));
    const times = judged.map(({ tookMs }) => tookMs);
    const settings: JsonValue = JSON.parse(JSON.stringify({ search, embedder: ctx.embedder.id }));
    const evaluation = {
      id,
      projectId,
      dataset,
      cases: judged.length,
      ...quality,
      mrr,
      latencyP50Ms: quantileOf(times, 0.5),
      latencyP95Ms: quantileOf(times, 0.95),
      settings,
      createdAt: ctx.clock.now(),
    };
    return (tx) => keep(tx, evaluation, judged);
  });
  const [evaluation] = await ctx.readOnce((tx) => findEvaluations(tx, [kept.id]));
  if (!evaluation) throw notFound('evaluation', kept.id);
  return { evaluation, cursor: kept.cursor };
}
