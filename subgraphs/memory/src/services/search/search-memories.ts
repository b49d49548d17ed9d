import { checkProjectId, listProjectIds, projectToRead } from '@rae/identity';
import { type Spend, type SpendSubject, spendOf, uuidv7 } from '@rae/kernel';
import { diversify } from '../../domain/diversify.ts';
import type { StoredMemory } from '../../domain/memory-row.ts';
import { type AskedSignal, planSearch, type SearchPlan, type SearchRequest } from '../../domain/search-plan.ts';
import { withSynonyms } from '../../domain/synonyms.ts';
import { detectLanguage, type EngineSignal, similarity } from '../../engine/index.ts';
import { findMemoriesByMid, findMemoriesByMidAsOf } from '../../queries/find-memories.ts';
import type { MemoryContext } from '../memory-context.ts';
import { embedTexts, type ModelWork, paraphrase, rerankHits } from './search-models.ts';
import { fitHits } from './search-output.ts';
import { type FoundHit, type ProjectHits, type ProjectQuestion, searchProject } from './search-project.ts';
import type { Degradation, SearchResult } from './search-result.ts';

export type { RetrievalRequest, RetrievalSignal, SearchRequest } from '../../domain/search-plan.ts';

export type { Degradation, SearchHit, SearchResult } from './search-result.ts';

/** Hits of which the shown ones are chosen for variety, for each shown; and those that a reranker judges, at least. */
const POOL_FOR_VARIETY = 4;
const MIN_POOL = 50;
const MAX_POOL = 200;

const isBuilt = (signal: AskedSignal): signal is EngineSignal => signal !== 'GRAPH';

/** A project once searched is known: there is no taking one away. */
async function readProjects(ctx: MemoryContext, { filter }: SearchPlan): Promise<readonly string[]> {
  const { caller, indexes } = ctx;
  const asked = filter.projectId ?? null;
  const id = asked === null ? caller.projectId : checkProjectId(caller, asked, 'input.filter.projectId');
  if (id !== null && (id === caller.projectId || indexes.knows(caller.tenantId, id))) return [id];
  return ctx.readOnce(async (tx) => {
    const one = await projectToRead(tx, asked, 'input.filter.projectId');
    return one === null ? listProjectIds(tx) : [one];
  });
}

function explain(results: readonly ProjectHits[], vector: Float32Array | null, wanted: SearchPlan['signals']) {
  const missing = results.reduce((sum, { withoutVector }) => sum + withoutVector, 0);
  const degraded: Degradation[] = [];
  if (vector && missing > 0)
    degraded.push({ part: 'VECTOR', reason: `${missing} memories have no vector yet and are found by words alone.` });
  if (vector && wanted?.includes('VECTOR') && results.some(({ vectorFits }) => !vectorFits))
    degraded.push({ part: 'VECTOR', reason: "The embedding model does not know the question's language." });
  return degraded;
}

function poolOf({ diversity, limit }: SearchPlan, reranks: boolean): number {
  const least = reranks ? Math.max(limit, MIN_POOL) : limit;
  return diversity > 0 ? Math.max(least, Math.min(MAX_POOL, Math.max(MIN_POOL, POOL_FOR_VARIETY * limit))) : least;
}

const likeness = (a: FoundHit, b: FoundHit): number => (a.profile && b.profile ? similarity(a.profile, b.profile) : 0);

/** Memories by number, each in the project of the hit that names it. */
async function readByProject(
  ctx: MemoryContext,
  hits: readonly FoundHit[],
  midsOf: (hit: FoundHit) => readonly number[],
  asOf: Date | null | undefined,
): Promise<ReadonlyMap<number, StoredMemory>> {
  const found = new Map<number, StoredMemory>();
  for (const [projectId, some] of Map.groupBy(hits, ({ memory }) => memory.projectId)) {
    const mids = [...new Set(some.flatMap(midsOf))];
    if (mids.length === 0) continue;
    const read = await ctx.readOnce((tx) =>
      asOf ? findMemoriesByMidAsOf(tx, projectId, mids, asOf) : findMemoriesByMid(tx, projectId, mids),
    );
    for (const memory of read) found.set(memory.mid, memory);
  }
  return found;
}

function chooseHits(hits: readonly FoundHit[], plan: SearchPlan): FoundHit[] {
  const good = hits.filter(({ score }) => score >= plan.minScore);
  return diversify(good, plan.diversity, plan.limit, likeness);
}

async function searchAll(
  ctx: MemoryContext,
  projects: readonly string[],
  question: ProjectQuestion,
): Promise<ProjectHits[]> {
  const results: ProjectHits[] = [];
  for (const project of projects) results.push(await ctx.searchGate(() => searchProject(ctx, project, question)));
  return results;
}

/** Of several projects the oldest pays. */
function spendFor(ctx: MemoryContext, plan: SearchPlan, subject: SpendSubject, projectId: string): Spend {
  const { userId, agentId, sessionId } = plan;
  return spendOf(ctx, { projectId, operation: 'QUERY', userId, agentId, sessionId, subjects: [subject] });
}

function degradedSignals({ signals, useGraph }: SearchPlan): Degradation[] {
  if (!useGraph || !signals?.includes('GRAPH')) return [];
  return [{ part: 'GRAPH', reason: 'The graph subgraph is not part of this installation; the other signals decide.' }];
}

async function expand(ctx: MemoryContext, { text, expandQuery }: SearchPlan, work: ModelWork): Promise<string[]> {
  if (!expandQuery) return [text];
  const synonyms = withSynonyms(text, detectLanguage(text));
  return [...new Set([text, ...(synonyms === null ? [] : [synonyms]), ...(await paraphrase(ctx, text, work))])];
}

/** Reads hits again after a model was waited for: what was erased meanwhile is gone. */
async function readAgain(
  ctx: MemoryContext,
  hits: readonly FoundHit[],
  asOf: Date | null | undefined,
): Promise<FoundHit[]> {
  const found = await readByProject(ctx, hits, ({ memory }) => [memory.mid], asOf);
  return hits.flatMap((hit) => {
    const memory = found.get(hit.memory.mid);
    return memory ? [{ ...hit, memory }] : [];
  });
}

async function findHits(
  ctx: MemoryContext,
  plan: SearchPlan,
  projects: readonly string[],
  work: ModelWork,
): Promise<{ queries: readonly string[]; hits: readonly FoundHit[]; degraded: readonly Degradation[] }> {
  const signals = plan.signals?.filter(isBuilt) ?? null;
  if (signals?.length === 0) return { queries: [plan.text], hits: [], degraded: [] };
  const queries = await expand(ctx, plan, work);
  const texts =
    !signals || signals.includes('VECTOR')
      ? await embedTexts(ctx, queries, work)
      : queries.map((text) => ({ text, vector: null }));
  const { filter, contextWindow, hops, expandQuery, diversity } = plan;
  const reranks = plan.rerank && ctx.reranker !== null;
  const question = { texts, filter, signals, pool: poolOf(plan, reranks), contextWindow, hops, now: ctx.clock.now() };
  const wanted = { ...question, expandAcronyms: expandQuery, withProfiles: diversity > 0 };
  const results = await searchAll(ctx, projects, wanted);
  const best = results.flatMap(({ hits }) => hits).sort((a, b) => b.score - a.score);
  const judged = reranks ? await rerankHits(ctx, plan.text, best.slice(0, question.pool), work) : best;
  const chosen = chooseHits(judged, plan);
  return {
    queries: [...new Set([...queries, ...results.flatMap(({ expanded }) => expanded)])],
    hits: reranks ? await readAgain(ctx, chosen, filter.asOf) : chosen,
    degraded: explain(results, texts[0]?.vector ?? null, plan.signals),
  };
}

/**
 * Finds memories by words and meaning, best first, each with what every signal did for it. Sees all that is committed when
 * it begins, written by whichever process. A model that is away, or that a budget refuses, is named in `degraded`.
 *
 * @param spentOn what models are paid for; null: the search itself
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there
 */
export async function searchMemories(
  ctx: MemoryContext,
  request: SearchRequest,
  spentOn: SpendSubject | null = null,
): Promise<SearchResult> {
  const from = performance.now();
  const plan = planSearch(request, ctx.clock.now());
  const degraded = degradedSignals(plan);
  const subject = spentOn ?? { type: 'search', id: uuidv7(ctx.clock.now().getTime()), weight: 1 };
  const [payer, ...others] = await readProjects(ctx, plan);
  let spent = false;
  const onSpend = () => {
    spent = true;
  };
  const onAway = (part: string, reason: string) => void degraded.push({ part, reason });
  const found =
    payer === undefined
      ? { queries: [plan.text], hits: [], degraded: [] }
      : await findHits(ctx, plan, [payer, ...others], { spend: spendFor(ctx, plan, subject, payer), onSpend, onAway });
  const neighbours = await readByProject(ctx, found.hits, ({ context }) => context, plan.filter.asOf);
  const hits = found.hits.map(({ memory, score, rerankScore, signals, context }) => ({
    memory,
    score,
    rerankScore: rerankScore ?? null,
    signals,
    context: context.flatMap((mid) => neighbours.get(mid) ?? []),
  }));
  return {
    hits: await fitHits(hits, plan.maxTokens),
    queries: found.queries,
    degraded: [...degraded, ...found.degraded],
    costId: spent ? `${subject.type}:${subject.id}` : null,
    tookMs: performance.now() - from,
  };
}
