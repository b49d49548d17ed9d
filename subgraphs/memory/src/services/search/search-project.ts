import { PlatformError, type Transaction } from '@rae/kernel';
import { expandAcronyms, explainedAcronyms } from '../../domain/acronyms.ts';
import { type BridgePhrase, namesIn } from '../../domain/bridge-phrases.ts';
import type { MemoryFilter } from '../../domain/memory-filter.ts';
import type { StoredMemory } from '../../domain/memory-row.ts';
import { mergeRankings } from '../../domain/merge-rankings.ts';
import {
  createBrought,
  type EngineSignal,
  type IndexFilter,
  type Profile,
  type ProjectIndex,
  pendingVectors,
  profileOf,
  type RankedHit,
  type Ranking,
  type RowsThen,
  rank,
  type SignalShare,
} from '../../engine/index.ts';
import { findMemoriesByMid, findMemoriesByMidAsOf } from '../../queries/find-memories.ts';
import { findMidsAsOf, findMidsByMetadata, findMidsChangedSince } from '../../queries/list-memories.ts';
import type { MemoryContext } from '../memory-context.ts';
import { bringVectors } from './bring-vectors.ts';

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
  /** Rounds, 1..3: each further one follows the names that the best hits of the one before lead to. */
  readonly hops: number;
  readonly now: Date;
  /** Write acronyms that the project's own memories explain the other way. */
  readonly expandAcronyms: boolean;
  /** Bring what hits are compared by. */
  readonly withProfiles: boolean;
}

/** A signal's share, that of a reranker included. */
export type HitShare = Omit<SignalShare, 'signal'> & { readonly signal: EngineSignal | 'RERANK' };

export interface FoundHit {
  readonly memory: StoredMemory;
  readonly score: number;
  readonly rerankScore?: number;
  readonly signals: readonly HitShare[];
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
/** Hits whose names the next round follows. */
const BRIDGE_HITS = 3;

/** The index tells how rows stood that were not changed since; SQL tells it of the others. */
async function readThen(
  tx: Transaction,
  projectId: string,
  filter: MemoryFilter,
  asOf: Date,
): Promise<RowsThen | null> {
  const changed = await findMidsChangedSince(tx, projectId, asOf);
  if (changed.length === 0) return null;
  const visible = await findMidsAsOf(tx, projectId, { asOf, statuses: filter.statuses }, changed);
  return { changed, visible, passing: await findMidsAsOf(tx, projectId, filter, changed) };
}

async function toIndexFilter(tx: Transaction, projectId: string, filter: MemoryFilter): Promise<IndexFilter> {
  const { occurredFrom, occurredTo, validAt, metadata, asOf, projectId: _project, ...same } = filter;
  const mids = metadata === null || metadata === undefined ? null : await findMidsByMetadata(tx, projectId, metadata);
  return {
    ...same,
    occurredFrom: occurredFrom?.getTime(),
    occurredTo: occurredTo?.getTime(),
    validAt: validAt?.getTime(),
    asOf: asOf?.getTime(),
    changedSince: asOf ? await readThen(tx, projectId, filter, asOf) : null,
    mids,
  };
}

/** One search of one index, in its rounds: ranks, and reads what was found by number, so that what was erased meanwhile is gone. */
interface Rounds {
  readonly tx: Transaction;
  readonly projectId: string;
  readonly index: ProjectIndex;
  readonly asked: ProjectQuestion;
  readonly filter: IndexFilter;
  readonly memories: Map<number, StoredMemory>;
  /** Copied as soon as a row is found: the index may go on while rows are read. */
  readonly profiles: Map<number, Profile | null>;
  readonly model: string;
  /** Vectors that were brought to an index that keeps none, by number. */
  readonly brought: Map<number, Int8Array | null>;
  vectorFits: boolean;
}

/** Asks whether all that was found is of one time. Sent behind the last rows, so that they are of that time as well. */
type Last = () => Promise<boolean>;

/** Each pass may lead to rows whose vectors the one before did not miss: the nearest, their neighbours, what feedback brings up. */
const MAX_PASSES = 8;

async function rankText(
  { tx, projectId, index, model, asked, filter, brought: byMid }: Rounds,
  { text, vector }: AskedText,
  bridges: readonly BridgePhrase[],
): Promise<Ranking> {
  const { signals, pool, contextWindow, now } = asked;
  const brought = createBrought(byMid);
  const query = { text, vector, signals, filter, limit: pool, contextWindow, now: now.getTime(), bridges, brought };
  let ranking = rank(index, query);
  for (let pass = 1; vector && pass < MAX_PASSES; pass++) {
    if (!(await bringVectors(tx, index, { projectId, model, vector }, brought))) break;
    ranking = rank(index, query);
  }
  return ranking;
}

async function rankTexts(
  rounds: Rounds,
  texts: readonly AskedText[],
  bridges: readonly BridgePhrase[] = [],
): Promise<RankedHit[]> {
  const { index, asked, profiles, brought } = rounds;
  const rankings: (readonly RankedHit[])[] = [];
  for (const text of texts) {
    const { hits, vectorFits } = await rankText(rounds, text, bridges);
    rounds.vectorFits &&= vectorFits;
    rankings.push(hits);
  }
  const ranked = mergeRankings(rankings).slice(0, asked.pool);
  if (asked.withProfiles)
    for (const { mid } of ranked) profiles.set(mid, profiles.get(mid) ?? profileOf(index, mid, brought));
  return ranked;
}

/** @param last what else is asked in the same message as the commit; left out: this is not the last that is read */
async function readHits(
  { tx, projectId, asked, memories }: Rounds,
  hits: readonly RankedHit[],
  last?: Last,
): Promise<boolean> {
  const wanted = hits.flatMap(({ mid }) => (memories.has(mid) ? [] : [mid]));
  const { asOf } = asked.filter;
  const rows = asOf ? findMemoriesByMidAsOf(tx, projectId, wanted, asOf) : findMemoriesByMid(tx, projectId, wanted);
  const both = Promise.all([rows, last ? last() : true]);
  if (last) tx.seal();
  const [read, isCurrent] = await both;
  for (const memory of read) memories.set(memory.mid, memory);
  return isCurrent;
}

/** The question with acronyms that the best hits explain written the other way. */
function explainAcronyms({ asked, memories }: Rounds, hits: readonly RankedHit[]): string[] {
  if (!asked.expandAcronyms) return [];
  const explained = hits
    .slice(0, ACRONYM_HITS)
    .flatMap(({ mid }) => explainedAcronyms(memories.get(mid)?.content ?? ''));
  return expandAcronyms(asked.texts[0]?.text ?? '', explained, MAX_ACRONYMS);
}

/** The names that the best hits lead to, those of a better hit at a higher share. */
function bridgesFrom({ asked, memories }: Rounds, hits: readonly RankedHit[]): BridgePhrase[] {
  const question = asked.texts[0]?.text ?? '';
  const best = hits[0]?.score || 1;
  return hits.slice(0, BRIDGE_HITS).flatMap(({ mid, score }) => {
    const names = namesIn(memories.get(mid)?.content ?? '', question);
    return names.map((text) => ({ text, share: score / best }));
  });
}

/** Null where `last` says no. */
async function rankProject(
  tx: Transaction,
  projectId: string,
  index: ProjectIndex,
  model: string,
  asked: ProjectQuestion,
  last: Last,
): Promise<ProjectHits | null> {
  const filter = await toIndexFilter(tx, projectId, asked.filter);
  const parts = { tx, projectId, index, model, asked, filter };
  const found = { memories: new Map(), profiles: new Map(), brought: new Map() };
  const rounds: Rounds = { ...parts, ...found, vectorFits: true };
  let ranked = await rankTexts(rounds, asked.texts);
  const isOne = !asked.expandAcronyms && asked.hops === 1;
  let isCurrent = await readHits(rounds, ranked, isOne ? last : undefined);
  const expanded = explainAcronyms(rounds, ranked);
  const vector = asked.texts[0]?.vector ?? null;
  const texts = [...asked.texts, ...expanded.map((text) => ({ text, vector }))];
  if (expanded.length > 0) ranked = await rankTexts(rounds, texts);
  for (let hop = 1; hop < asked.hops; hop++) {
    await readHits(rounds, ranked);
    ranked = await rankTexts(rounds, texts, bridgesFrom(rounds, ranked));
  }
  if (!isOne) isCurrent = await readHits(rounds, ranked, last);
  if (!isCurrent) return null;
  const statuses = asked.filter.statuses?.length ? asked.filter.statuses : (['ACTIVE'] as const);
  const hits = ranked.flatMap(({ mid, score, signals, context }) => {
    const memory = rounds.memories.get(mid);
    return memory && statuses.includes(memory.status)
      ? [{ memory, score, signals, context, profile: rounds.profiles.get(mid) ?? null }]
      : [];
  });
  return { hits, expanded, vectorFits: rounds.vectorFits, withoutVector: pendingVectors(index) };
}

/**
 * The best memories of one project, in one transaction: what is ranked and what is read are of one time. Sees all that is committed
 * when it begins.
 *
 * Where nothing was new when the index was last looked after, it is asked as it stands, and the hits are read together with the look
 * whether that still holds: one wait instead of two. Where it does not, the search begins again and looks first.
 *
 * @throws TIMEOUT when the project is written to faster than its index follows
 */
export async function searchProject(
  ctx: MemoryContext,
  projectId: string,
  asked: ProjectQuestion,
): Promise<ProjectHits> {
  const { tenantId } = ctx.caller;
  const { indexes, embedder } = ctx;
  const search = (tx: Transaction, index: ProjectIndex, last: Last) =>
    rankProject(tx, projectId, index, embedder.id, asked, last);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const index = await indexes.get(tenantId, projectId, ctx.readOnce);
    const quick = indexes.isQuiet(index)
      ? await ctx.read((tx) => {
          const { snapshot } = index;
          return search(tx, index, () => indexes.isCurrent(index, projectId, tx, snapshot));
        })
      : null;
    if (quick) return quick;
    const found = await ctx.read(async (tx) =>
      (await indexes.freshen(index, projectId, tx)) ? search(tx, index, async () => true) : null,
    );
    if (found) return found;
    await indexes.catchUp(tenantId, projectId, ctx.readOnce);
  }
  throw new PlatformError('TIMEOUT', 'The project is written to faster than its index follows; try again.', {
    projectId,
  });
}
