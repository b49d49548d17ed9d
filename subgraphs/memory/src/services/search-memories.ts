import { checkProjectId, listProjectIds, projectToRead } from '@rae/identity';
import { isPlatformError, type Spend, spendOf, uuidv7 } from '@rae/kernel';
import { diversify } from '../domain/diversify.ts';
import type { Memory, StoredMemory } from '../domain/memory-row.ts';
import { fitPrompt, type PromptFormat } from '../domain/prompt-block.ts';
import { planSearch, type RetrievalSignal, type SearchPlan, type SearchRequest } from '../domain/search-plan.ts';
import { withSynonyms } from '../domain/synonyms.ts';
import { fitTokens } from '../domain/token-budget.ts';
import { detectLanguage, type EngineSignal, similarity } from '../engine/index.ts';
import { findMemoriesByMid, findMemoriesByMidAsOf } from '../queries/find-memories.ts';
import { tokenCounter } from './count-tokens.ts';
import type { MemoryContext } from './memory-context.ts';
import {
  type AskedText,
  type FoundHit,
  type ProjectHits,
  type ProjectQuestion,
  searchProject,
} from './search-project.ts';

export type { RetrievalRequest, RetrievalSignal, SearchRequest } from '../domain/search-plan.ts';

export interface Degradation {
  readonly part: string;
  readonly reason: string;
}

export interface SearchHit {
  readonly memory: Memory;
  readonly score: number;
  readonly signals: FoundHit['signals'];
  /** Its neighbours, in the order of the conversation or document. */
  readonly context: readonly Memory[];
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** The question as it was asked, then those it was expanded to. */
  readonly queries: readonly string[];
  readonly degraded: readonly Degradation[];
  readonly tookMs: number;
}

/** Hits of which the shown ones are chosen for variety. */
const POOL_FOR_VARIETY = 4;
const MIN_POOL = 50;
const MAX_POOL = 200;

const isBuilt = (signal: RetrievalSignal): signal is EngineSignal => signal !== 'GRAPH';

/** A model that is away, or that a budget refuses, costs a search its part and no more. */
const isAway = (error: unknown): error is Error =>
  isPlatformError(error) && (error.code === 'MODEL_UNAVAILABLE' || error.code === 'BUDGET_EXCEEDED');

async function embedTexts(
  { embedder, signal }: MemoryContext,
  texts: readonly string[],
  spend: Spend,
  degraded: Degradation[],
): Promise<AskedText[]> {
  try {
    const vectors = await embedder.embed(texts, 'query', spend, signal ?? undefined);
    return texts.map((text, at) => ({ text, vector: vectors[at] ?? null }));
  } catch (error) {
    if (!isAway(error)) throw error;
    degraded.push({ part: 'VECTOR', reason: error.message });
    return texts.map((text) => ({ text, vector: null }));
  }
}

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

function poolOf({ diversity, limit }: SearchPlan): number {
  return diversity > 0 ? Math.min(MAX_POOL, Math.max(MIN_POOL, POOL_FOR_VARIETY * limit)) : limit;
}

const likeness = (a: FoundHit, b: FoundHit): number => (a.profile && b.profile ? similarity(a.profile, b.profile) : 0);

/** Neighbours of hits, read by number in their project. */
async function readContexts(
  ctx: MemoryContext,
  hits: readonly FoundHit[],
  asOf: Date | null | undefined,
): Promise<ReadonlyMap<number, StoredMemory>> {
  const found = new Map<number, StoredMemory>();
  const wanted = hits.filter(({ context }) => context.length > 0);
  for (const [projectId, some] of Map.groupBy(wanted, ({ memory }) => memory.projectId)) {
    const mids = [...new Set(some.flatMap(({ context }) => context))];
    const read = await ctx.readOnce((tx) =>
      asOf ? findMemoriesByMidAsOf(tx, projectId, mids, asOf) : findMemoriesByMid(tx, projectId, mids),
    );
    for (const memory of read) found.set(memory.mid, memory);
  }
  return found;
}

/** What a hit takes of a token budget: its own text and its neighbours'. */
export const textsOf = ({ memory, context }: Pick<SearchHit, 'memory' | 'context'>): string[] =>
  [memory, ...context].map(({ content }) => content);

async function fitHits(hits: readonly SearchHit[], maxTokens: number | null): Promise<SearchHit[]> {
  if (maxTokens === null) return [...hits];
  const count = await tokenCounter();
  return fitTokens(hits, maxTokens, (hit) => textsOf(hit).reduce((sum, text) => sum + count(text), 0));
}

function chooseHits(results: readonly ProjectHits[], plan: SearchPlan): FoundHit[] {
  const good = results
    .flatMap(({ hits }) => hits)
    .filter(({ score }) => score >= plan.minScore)
    .sort((a, b) => b.score - a.score);
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

/** Of several projects the oldest pays; null: there is none to search. */
function spendOn(ctx: MemoryContext, plan: SearchPlan, [projectId]: readonly string[]): Spend | null {
  if (projectId === undefined) return null;
  const { userId, agentId, sessionId } = plan;
  const subjects = [{ type: 'search', id: uuidv7(ctx.clock.now().getTime()), weight: 1 }];
  return spendOf(ctx, { projectId, operation: 'QUERY', userId, agentId, sessionId, subjects });
}

function degradedSignals({ signals, useGraph }: SearchPlan): Degradation[] {
  if (!useGraph || !signals?.includes('GRAPH')) return [];
  return [{ part: 'GRAPH', reason: 'The graph subgraph is not part of this installation; the other signals decide.' }];
}

function expand({ text, expandQuery }: SearchPlan): string[] {
  const synonyms = expandQuery ? withSynonyms(text, detectLanguage(text)) : null;
  return synonyms === null ? [text] : [text, synonyms];
}

/**
 * Finds memories by words and meaning, best first, each with what every signal did for it. Sees all that is committed when
 * it begins, written by whichever process.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there
 */
export async function searchMemories(ctx: MemoryContext, request: SearchRequest): Promise<SearchResult> {
  const from = performance.now();
  const plan = planSearch(request, ctx.clock.now());
  const degraded = degradedSignals(plan);
  const signals = plan.signals?.filter(isBuilt) ?? null;
  const projects = await readProjects(ctx, plan);
  const queries = expand(plan);
  const spend = spendOn(ctx, plan, projects);
  const texts =
    spend && (!signals || signals.includes('VECTOR'))
      ? await embedTexts(ctx, queries, spend, degraded)
      : queries.map((text) => ({ text, vector: null }));
  const { filter, contextWindow, hops, expandQuery, diversity } = plan;
  const question = { texts, filter, signals, pool: poolOf(plan), contextWindow, hops, now: ctx.clock.now() };
  const wanted = { ...question, expandAcronyms: expandQuery, withProfiles: diversity > 0 };
  const results = signals?.length === 0 ? [] : await searchAll(ctx, projects, wanted);
  const chosen = chooseHits(results, plan);
  const neighbours = await readContexts(ctx, chosen, filter.asOf);
  const hits = chosen.map(({ memory, score, signals: shares, context }) => ({
    memory,
    score,
    signals: shares,
    context: context.flatMap((mid) => neighbours.get(mid) ?? []),
  }));
  return {
    hits: await fitHits(hits, plan.maxTokens),
    queries: [...new Set([...queries, ...results.flatMap(({ expanded }) => expanded)])],
    degraded: [...degraded, ...explain(results, texts[0]?.vector ?? null, plan.signals)],
    tookMs: performance.now() - from,
  };
}

/** Tokens of a hit and its neighbours. */
export async function countHit(hit: SearchHit): Promise<number> {
  const count = await tokenCounter();
  return textsOf(hit).reduce((sum, text) => sum + count(text), 0);
}

/**
 * A result as one block for a model's prompt; a memory that stands there as one hit's neighbour is not repeated as another's.
 *
 * @param maxTokens the block is cut to; null: everything
 */
export async function promptOf(
  { hits }: SearchResult,
  format: PromptFormat,
  maxTokens: number | null,
): Promise<string> {
  const shown = new Set<string>();
  const items = hits.flatMap(({ memory, context }) =>
    [memory, ...context].flatMap((one) => {
      if (shown.has(one.id)) return [];
      shown.add(one.id);
      const { id, occurredAt, speaker, source, content } = one;
      return [{ id, occurredAt, speaker, source, content }];
    }),
  );
  const count = maxTokens === null ? () => 0 : await tokenCounter();
  return fitPrompt(items, format, maxTokens, count);
}
