import { PlatformError, type Transaction } from '@rae/kernel';
import { expandAcronyms, explainedAcronyms } from '../domain/acronyms.ts';
import type { MemoryFilter } from '../domain/memory-filter.ts';
import type { StoredMemory } from '../domain/memory-row.ts';
import { mergeRankings } from '../domain/merge-rankings.ts';
import {
  type EngineSignal,
  type IndexFilter,
  type Profile,
  type ProjectIndex,
  pendingVectors,
  profileOf,
  type RankedHit,
  rank,
} from '../engine/index.ts';
import { findMemoriesByMid, findMemoriesByMidAsOf } from '../queries/find-memories.ts';
import { findMidsAsOf, findMidsByMetadata } from '../queries/list-memories.ts';
import type { MemoryContext } from './memory-context.ts';

/** A question and its vector; null where there is none. */
export interface AskedText {
  readonly text: string;
  readonly vector: Float32Array | null;
}

/** What is asked of each project. */
export interface ProjectQuestion {
  /** The question as it was asked, then those it was expanded to. */
  readonly texts: readonly AskedText[];
  readonly filter: MemoryFilter;
  readonly signals: readonly EngineSignal[] | null;
  /** Hits wanted of each project: more than are shown where they are chosen among. */
  readonly pool: number;
  readonly contextWindow: number;
  readonly now: Date;
  /** Write acronyms that the project's own memories explain the other way. */
  readonly expandAcronyms: boolean;
  /** Bring what hits are compared by. */
  readonly withProfiles: boolean;
}

export interface FoundHit {
  readonly memory: StoredMemory;
  readonly score: number;
  readonly signals: RankedHit['signals'];
  /** Numbers of its neighbours in the same project. */
  readonly context: readonly number[];
  readonly profile: Profile | null;
}

export interface ProjectHits {
  readonly hits: readonly FoundHit[];
  /** What acronyms turned the question into. */
  readonly expanded: readonly string[];
  readonly withoutVector: number;
  readonly vectorFits: boolean;
}

/** A search that meets more news than it can take over catches up and begins again; not for ever. */
const MAX_ROUNDS = 5;
/** Hits whose text is looked through for what an acronym means, and questions made of them. */
const ACRONYM_HITS = 20;
const MAX_ACRONYMS = 3;

const ALL_STATUSES = ['ACTIVE', 'SUPERSEDED', 'ARCHIVED'] as const;

async function toIndexFilter(tx: Transaction, projectId: string, filter: MemoryFilter): Promise<IndexFilter> {
  const { occurredFrom, occurredTo, validAt, metadata, asOf, projectId: _project, ...same } = filter;
  if (asOf) return { statuses: ALL_STATUSES, mids: await findMidsAsOf(tx, projectId, filter) };
  const mids = metadata === null || metadata === undefined ? null : await findMidsByMetadata(tx, projectId, metadata);
  return {
    ...same,
    occurredFrom: occurredFrom?.getTime(),
    occurredTo: occurredTo?.getTime(),
    validAt: validAt?.getTime(),
    mids,
  };
}

/** Ranks questions and reads what they found by number: what was erased after the index last looked is gone. */
function createRanker(tx: Transaction, projectId: string, index: ProjectIndex, asked: ProjectQuestion) {
  const memories = new Map<number, StoredMemory>();
  const state = { vectorFits: true };
  return {
    memories,
    state,
    rank(texts: readonly AskedText[], filter: IndexFilter): RankedHit[] {
      const { signals, pool, contextWindow, now } = asked;
      const rankings = texts.map(({ text, vector }) => {
        const one = { text, vector, signals, filter, limit: pool, contextWindow, now: now.getTime() };
        const { hits, vectorFits } = rank(index, one);
        state.vectorFits &&= vectorFits;
        return hits;
      });
      return mergeRankings(rankings).slice(0, pool);
    },
    async read(hits: readonly RankedHit[], isLast: boolean): Promise<void> {
      const wanted = hits.flatMap(({ mid }) => (memories.has(mid) ? [] : [mid]));
      const { asOf } = asked.filter;
      const rows = asOf ? findMemoriesByMidAsOf(tx, projectId, wanted, asOf) : findMemoriesByMid(tx, projectId, wanted);
      if (isLast) tx.seal();
      for (const memory of await rows) memories.set(memory.mid, memory);
    },
  };
}

async function rankProject(
  tx: Transaction,
  projectId: string,
  index: ProjectIndex,
  asked: ProjectQuestion,
): Promise<ProjectHits> {
  const filter = await toIndexFilter(tx, projectId, asked.filter);
  const ranker = createRanker(tx, projectId, index, asked);
  const first = ranker.rank(asked.texts, filter);
  // Profiles are copied at once: the index may go on while rows are read.
  const profiles = new Map(asked.withProfiles ? first.map(({ mid }) => [mid, profileOf(index, mid)]) : []);
  await ranker.read(first, !asked.expandAcronyms);
  const expanded = asked.expandAcronyms ? explain(first, ranker.memories, asked) : [];
  const ranked = expanded.length > 0 ? rankAgain(ranker, first, expanded, asked, filter) : first;
  if (asked.withProfiles) for (const { mid } of ranked) profiles.set(mid, profiles.get(mid) ?? profileOf(index, mid));
  if (asked.expandAcronyms) await ranker.read(ranked, true);
  const hits = ranked.flatMap(({ mid, score, signals, context }) => {
    const memory = ranker.memories.get(mid);
    return memory ? [{ memory, score, signals, context, profile: profiles.get(mid) ?? null }] : [];
  });
  return { hits, expanded, vectorFits: ranker.state.vectorFits, withoutVector: pendingVectors(index) };
}

function explain(
  hits: readonly RankedHit[],
  memories: ReadonlyMap<number, StoredMemory>,
  { texts }: ProjectQuestion,
): string[] {
  const explained = hits
    .slice(0, ACRONYM_HITS)
    .flatMap(({ mid }) => explainedAcronyms(memories.get(mid)?.content ?? ''));
  return expandAcronyms(texts[0]?.text ?? '', explained, MAX_ACRONYMS);
}

function rankAgain(
  ranker: ReturnType<typeof createRanker>,
  first: readonly RankedHit[],
  expanded: readonly string[],
  { texts, pool }: ProjectQuestion,
  filter: IndexFilter,
): RankedHit[] {
  const vector = texts[0]?.vector ?? null;
  const more = expanded.map((text) => ranker.rank([{ text, vector }], filter));
  return mergeRankings([first, ...more]).slice(0, pool);
}

/**
 * The best memories of one project, in one transaction: what is ranked and what is read are of one time. Sees all that is committed
 * when it begins.
 *
 * @throws TIMEOUT when the project is written to faster than its index follows
 */
export async function searchProject(
  ctx: MemoryContext,
  projectId: string,
  asked: ProjectQuestion,
): Promise<ProjectHits> {
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
