import { listProjectIds, projectToRead } from '@rae/identity';
import {
  badInput,
  checkFirst,
  checkText,
  isPlatformError,
  PlatformError,
  spendOf,
  type Transaction,
  uuidv7,
} from '@rae/kernel';
import { checkFilter, type MemoryFilter } from '../domain/memory-filter.ts';
import type { Memory } from '../domain/memory-row.ts';
import { MAX_CONTENT } from '../domain/new-memory.ts';
import {
  type EngineSignal,
  type IndexFilter,
  type ProjectIndex,
  pendingVectors,
  type RankedHit,
  rank,
} from '../engine/index.ts';
import { findMemoriesByMid } from '../queries/find-memories.ts';
import { findMidsByMetadata } from '../queries/list-memories.ts';
import type { MemoryContext } from './memory-context.ts';

export const SIGNALS = ['LEXICAL', 'VECTOR', 'GRAPH', 'RECENCY', 'IMPORTANCE'] as const;
export type RetrievalSignal = (typeof SIGNALS)[number];

export interface SearchRequest {
  readonly query: string;
  readonly filter?: MemoryFilter | null;
  readonly limit: number;
  readonly signals?: readonly RetrievalSignal[] | null;
  readonly minScore?: number | null;
}

export interface Degradation {
  readonly part: string;
  readonly reason: string;
}

export interface SearchHit {
  readonly memory: Memory;
  readonly score: number;
  readonly signals: RankedHit['signals'];
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  readonly degraded: readonly Degradation[];
  readonly tookMs: number;
}

/** A search that meets more news than it can take over catches up and begins again; not for ever. */
const MAX_ROUNDS = 5;

const isBuilt = (signal: RetrievalSignal): signal is EngineSignal => signal === 'LEXICAL' || signal === 'VECTOR';

interface Asked {
  readonly text: string;
  readonly vector: Float32Array | null;
  readonly signals: readonly EngineSignal[] | null;
  readonly filter: MemoryFilter;
  readonly limit: number;
  readonly minScore: number;
}

function check({ query, limit, minScore, filter }: SearchRequest): { text: string; filter: MemoryFilter } {
  checkFirst(limit, 200, 'input.limit');
  if (minScore !== null && minScore !== undefined && !(minScore >= 0 && minScore <= 1))
    throw badInput('input.minScore', `must be 0 to 1, not ${minScore}`);
  return { text: checkText('input.query', query, MAX_CONTENT), filter: checkFilter(filter) };
}

async function embedQuery(
  ctx: MemoryContext,
  text: string,
  projectId: string,
  degraded: Degradation[],
): Promise<Float32Array | null> {
  const { embedder, signal, clock } = ctx;
  const subjects = [{ type: 'search', id: uuidv7(clock.now().getTime()), weight: 1 }];
  try {
    const spend = spendOf(ctx, { projectId, operation: 'QUERY', subjects });
    const [vector] = await embedder.embed([text], 'query', spend, signal ?? undefined);
    return vector ?? null;
  } catch (error) {
    if (!isPlatformError(error) || error.code !== 'MODEL_UNAVAILABLE') throw error;
    degraded.push({ part: 'VECTOR', reason: error.message });
    return null;
  }
}

async function toIndexFilter(tx: Transaction, projectId: string, filter: MemoryFilter): Promise<IndexFilter> {
  const { occurredFrom, occurredTo, validAt, metadata, projectId: _project, ...same } = filter;
  const mids = metadata === null || metadata === undefined ? null : await findMidsByMetadata(tx, projectId, metadata);
  return {
    ...same,
    occurredFrom: occurredFrom?.getTime(),
    occurredTo: occurredTo?.getTime(),
    validAt: validAt?.getTime(),
    mids,
  };
}

interface ProjectHits {
  readonly hits: readonly (SearchHit & { mid: number })[];
  readonly withoutVector: number;
  readonly vectorFits: boolean;
}

async function rankProject(
  tx: Transaction,
  projectId: string,
  index: ProjectIndex,
  asked: Asked,
): Promise<ProjectHits> {
  const filter = await toIndexFilter(tx, projectId, asked.filter);
  const { hits, vectorFits } = rank(index, { ...asked, filter });
  const good = hits.filter(({ score }) => score >= asked.minScore);
  // Read again by number: what was erased after the index last looked is gone.
  const memories = new Map(
    (
      await findMemoriesByMid(
        tx,
        projectId,
        good.map(({ mid }) => mid),
      )
    ).map((memory) => [memory.mid, memory]),
  );
  const found = good.flatMap(({ mid, score, signals }) => {
    const memory = memories.get(mid);
    return memory ? [{ mid, memory, score, signals }] : [];
  });
  return { hits: found, vectorFits, withoutVector: pendingVectors(index) };
}

/** One project, in one transaction: what is ranked and what is read are of one snapshot. Null: it must catch up first. */
async function searchProject(ctx: MemoryContext, projectId: string, asked: Asked): Promise<ProjectHits> {
  const { tenantId } = ctx.caller;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const index = await ctx.indexes.get(tenantId, projectId, ctx.read);
    const found = await ctx.read(async (tx) =>
      (await ctx.indexes.freshen(index, projectId, tx)) ? rankProject(tx, projectId, index, asked) : null,
    );
    if (found) return found;
    await ctx.indexes.catchUp(tenantId, projectId, ctx.read);
  }
  throw new PlatformError('TIMEOUT', 'The project is written to faster than its index follows; try again.', {
    projectId,
  });
}

function explain(results: readonly ProjectHits[], asked: Asked): Degradation[] {
  const missing = results.reduce((sum, { withoutVector }) => sum + withoutVector, 0);
  const degraded: Degradation[] = [];
  if (asked.vector && missing > 0)
    degraded.push({ part: 'VECTOR', reason: `${missing} memories have no vector yet and are found by words alone.` });
  if (asked.vector && asked.signals?.includes('VECTOR') && results.some(({ vectorFits }) => !vectorFits))
    degraded.push({ part: 'VECTOR', reason: "The embedding model does not know the question's language." });
  return degraded;
}

/**
 * Finds memories by words and meaning, best first, each with what every signal did for it. Sees all that is committed when
 * it begins, written by whichever process.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there
 */
export async function searchMemories(ctx: MemoryContext, request: SearchRequest): Promise<SearchResult> {
  const from = performance.now();
  const { text, filter } = check(request);
  const wanted = request.signals?.length ? request.signals : null;
  const degraded: Degradation[] = (wanted ?? [])
    .filter((signal) => !isBuilt(signal))
    .map((part) => ({ part, reason: `${part} is not built yet; the other signals decide.` }));
  const signals = wanted ? wanted.filter(isBuilt) : null;
  const projects = await ctx.readOnce(async (tx) => {
    const one = await projectToRead(tx, filter.projectId ?? null, 'input.filter.projectId');
    return one === null ? listProjectIds(tx) : [one];
  });
  // Of several projects the oldest pays.
  const [payer] = projects;
  const meant = payer !== undefined && (!signals || signals.includes('VECTOR'));
  const vector = meant ? await embedQuery(ctx, text, payer, degraded) : null;
  const asked: Asked = { text, vector, signals, filter, limit: request.limit, minScore: request.minScore ?? 0 };
  const results: ProjectHits[] = [];
  if (signals?.length !== 0)
    for (const project of projects) results.push(await ctx.searchGate(() => searchProject(ctx, project, asked)));
  const hits = results.flatMap((result) => result.hits).sort((a, b) => b.score - a.score || a.mid - b.mid);
  return {
    hits: hits.slice(0, request.limit),
    degraded: [...degraded, ...explain(results, asked)],
    tookMs: performance.now() - from,
  };
}
