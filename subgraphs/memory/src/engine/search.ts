import type { BridgePhrase } from '../domain/bridge-phrases.ts';
import { contributions, type SignalSums, squash, totalOf, weighFeatures } from '../domain/scorer.ts';
import { PRIORS, type ScorerConfig, type ScorerWeights, SHIPPED_SCORER } from '../domain/scorer-weights.ts';
import { scoreBridges } from './bridge.ts';
import { type BroughtVectors, beginBrought, nearestBrought } from './brought.ts';
import { addBestBy, addCandidates, bestOf, clearRows, dateScope, type Nearest, scoreRows } from './candidates.ts';
import { type Cosines, createCosines } from './cosines.ts';
import {
  cosineSlots,
  DOCUMENT_FEATURES,
  documentFeatures,
  type FeatureSource,
  priorFeatures,
  TURN_FEATURES,
  turnFeatures,
} from './features.ts';
import { scoreFeedback } from './feedback.ts';
import { type FilterMask, filterIndex, type IndexFilter } from './filter.ts';
import { knowsLanguage, type ProjectIndex } from './project-index.ts';
import { type Question, readQuestion } from './question.ts';
import { createSelection, offer, selectedSlots } from './select.ts';
import { isTurn } from './sessions.ts';
import { askVector, nearestVectors } from './vectors.ts';
import { createWindowScorer, neighboursOf } from './window.ts';

/** The signals of the contract that the engine takes part in. */
export type EngineSignal = 'LEXICAL' | 'VECTOR' | 'RECENCY' | 'IMPORTANCE';

export interface RankQuery {
  readonly text: string;
  /** Vector of the text by the index's model; null without an encoder, or while it is away. */
  readonly vector: Float32Array | null;
  /** Null = LEXICAL and VECTOR. */
  readonly signals: readonly EngineSignal[] | null;
  readonly filter: IndexFilter | null;
  /** Most hits wanted, 1..200. */
  readonly limit: number;
  /** In epoch milliseconds: what RECENCY is counted from, and what has expired by then is out. Left out: nothing has, and all rows are equally recent. */
  readonly now?: number;
  /** Neighbours on either side of each hit that are named with it; none when left out. */
  readonly contextWindow?: number;
  /** Names that memories found before lead to: a second round for what no single memory tells. None when left out. */
  readonly bridges?: readonly BridgePhrase[];
  /** The shipped ones when left out. */
  readonly scorer?: ScorerConfig;
  /** For an index that keeps no vectors: those that were brought; what is missing of them is noted there. */
  readonly brought?: BroughtVectors;
}

/** What one signal did for a hit: the contract's SignalContribution. */
export interface SignalShare {
  readonly signal: EngineSignal;
  /** From 1, by the signal's part of the weighted sum among all rows scored; null for VECTOR on a row without a vector. */
  readonly rank: number | null;
  /** BM25 of the row's own text; cosine with the question; 1 for now towards 0 with age; importance. */
  readonly rawScore: number;
  /** The shares of a hit add up to its score. */
  readonly contribution: number;
}

export interface RankedHit {
  readonly mid: number;
  /** 0..1, comparable between searches with the same scorer and encoder. */
  readonly score: number;
  /** One for each signal that took part in the search. */
  readonly signals: readonly SignalShare[];
  /** Its neighbours' ids, in the order of the conversation or document, the hit left out. */
  readonly context: readonly number[];
}

export interface Ranking {
  /** Best first; equal ones by id. */
  readonly hits: readonly RankedHit[];
  /** Language the question was taken for, a code of LANGUAGES. */
  readonly language: string;
  /** False when VECTOR was wanted and there was a vector, but the encoder does not know the question's language. */
  readonly vectorFits: boolean;
  /** Rows that pass the filter. */
  readonly passing: number;
}

/** Rows that are taken from each list of candidates, at least. */
const MIN_CANDIDATES = 50;

interface Search {
  readonly index: ProjectIndex;
  readonly question: Question;
  readonly mask: FilterMask;
  readonly weights: ScorerWeights;
  readonly withLexical: boolean;
  readonly withVector: boolean;
  readonly nearest: Nearest | null;
  readonly priors: readonly Prior[];
  readonly now: number;
  readonly contextWindow: number;
  readonly bridges: readonly BridgePhrase[];
  readonly depth: number;
}

type Prior = 'recency' | 'importance';

interface Scored {
  readonly slot: number;
  readonly sums: SignalSums;
  readonly sum: number;
}

/**
 * Finds the rows that answer a question best: candidates by BM25 of turn and window and by cosine, under the filter and
 * again within the date that the question names; their features; one linear score (`SHIPPED_SCORER`). Synchronous and without
 * side effects on the index; the same rows and query give the same hits, in whatever order the rows came.
 */
export function rank(index: ProjectIndex, query: RankQuery): Ranking {
  const withLexical = query.signals === null || query.signals.includes('LEXICAL');
  const wantsVector = query.signals === null || query.signals.includes('VECTOR');
  const question = readQuestion(index, query.text, withLexical);
  const vectorFits = !query.vector || knowsLanguage(index.model, question.language);
  const withVector = wantsVector && vectorFits && query.vector !== null && index.vectors !== null;
  const brought = broughtFor(index, query);
  if (withVector && query.vector && index.vectors?.kept) askVector(index.vectors, query.vector);
  const { now = Number.NEGATIVE_INFINITY, contextWindow = 0, bridges = [] } = query;
  const mask = filterIndex(index, query.filter, now);
  const priors = priorsOf(query.signals);
  const weights = withPriors(chooseWeights(query.scorer ?? SHIPPED_SCORER, withLexical, withVector), priors);
  const depth = Math.max(MIN_CANDIDATES, query.limit);
  const nearest = withVector ? nearestOf(index, brought?.vectors ?? null) : null;
  const parts = { withLexical, withVector, nearest, priors, now, contextWindow, bridges, depth };
  const search: Search = { index, question, mask, weights, ...parts };
  try {
    const cosines = createCosines(index, withVector, brought);
    const scored = scoreCandidates(search, cosines).sort(byRank(index));
    const hits = scored.slice(0, query.limit).map((hit) => toHit(search, hit, scored, cosines));
    return { hits, language: question.language, vectorFits, passing: mask.passing };
  } finally {
    clearRows(index, question);
    index.scratch.feedback.fill(0);
    index.scratch.bridge.fill(0);
  }
}

function broughtFor({ vectors }: ProjectIndex, { vector, brought }: RankQuery) {
  if (!vector || !vectors || vectors.kept) return null;
  if (!brought) throw new Error('an index that keeps no vectors is asked with none brought');
  beginBrought(brought);
  return { vectors: brought, question: vector };
}

function nearestOf(index: ProjectIndex, brought: BroughtVectors | null): Nearest | null {
  const { vectors, columns } = index;
  if (brought) return (scope, limit) => nearestBrought(brought, index, scope, limit);
  if (!vectors) return null;
  return (scope, limit) => nearestVectors(vectors, { ...scope, rows: columns.count }, limit, columns.mid);
}

function priorsOf(signals: RankQuery['signals']): Prior[] {
  const priors: Prior[] = [];
  if (signals?.includes('RECENCY')) priors.push('recency');
  if (signals?.includes('IMPORTANCE')) priors.push('importance');
  return priors;
}

function chooseWeights(scorer: ScorerConfig, withLexical: boolean, withVector: boolean): ScorerWeights {
  if (withVector) return withLexical ? scorer.full : vectorPart(scorer.full);
  return withLexical ? scorer.lexical : { turn: {}, document: {} };
}

function withPriors(weights: ScorerWeights, priors: readonly Prior[]): ScorerWeights {
  if (priors.length === 0) return weights;
  const added = Object.fromEntries(priors.map((prior) => [prior, PRIORS[prior]]));
  return { turn: { ...weights.turn, ...added }, document: { ...weights.document, ...added } };
}

const vectorPart = ({ turn, document }: ScorerWeights): ScorerWeights => ({
  turn: { cosine: turn.cosine, neighbourCosine: turn.neighbourCosine },
  document: { cosine: document.cosine },
});

const byRank =
  ({ columns }: ProjectIndex) =>
  (a: Scored, b: Scored): number =>
    b.sum - a.sum || (columns.mid[a.slot] ?? 0) - (columns.mid[b.slot] ?? 0);

function scoreCandidates(search: Search, cosines: Cosines): Scored[] {
  const { index, question, mask, depth, withVector, nearest, now } = search;
  const { scratch } = index;
  scoreRows(index, question, mask.visible, depth);
  const windows = createWindowScorer(index, mask.visible, question.terms, scratch.own.values, scratch.termPlace);
  const source = { question, visible: mask.visible, windows, cosines, named: new Map(), sessionBest: new Map(), now };
  const candidates = new Set<number>();
  addCandidates(index, candidates, mask, depth, windows, nearest);
  const dated = dateScope(index, question, mask);
  if (dated) addCandidates(index, candidates, dated, depth, windows, nearest);
  addFedBack(search, source, candidates);
  if (search.withLexical && search.bridges.length > 0) {
    scoreBridges(index, search.bridges, question.language);
    for (const slot of bestOf(index, scratch.bridge, mask.pass, depth)) candidates.add(slot);
  }
  if (!search.withLexical && !withVector) addByPriors(search, candidates);
  return scoreSlots(search, source, candidates);
}

// Asked for alone, recency and importance choose the rows; beside other signals they only weigh what those found.
function addByPriors({ index, mask, priors, now, depth }: Search, candidates: Set<number>): void {
  addBestBy(index, candidates, mask, depth, (slot) => {
    const values = priorFeatures(index, now, slot);
    return priors.reduce((sum, prior) => sum + values[prior] * PRIORS[prior].weight, 0);
  });
}

// Documents are scored once to learn words from the best of them; what these words bring up joins the candidates.
function addFedBack(search: Search, source: FeatureSource, candidates: Set<number>): void {
  const { index, mask, depth, weights } = search;
  const { own, feedback } = weights.document;
  const documents = [...candidates].filter((slot) => !isTurn(index.columns, slot));
  if (!own || !feedback || documents.length === 0) return;
  const scored = scoreSlots(search, source, documents).sort(byRank(index));
  scoreFeedback(
    index,
    scored.map(({ slot, sum }) => ({ slot, score: sum })),
  );
  const best = createSelection(depth, index.columns.mid);
  const { scratch, columns } = index;
  for (let slot = 0; slot < columns.count; slot++) {
    const score = scratch.feedback[slot] ?? 0;
    if (score === 0 || mask.pass[slot] !== 1 || isTurn(columns, slot)) continue;
    const fed = (score * feedback.weight) / feedback.divisor;
    offer(best, slot, ((scratch.own.values[slot] ?? 0) * own.weight) / own.divisor + fed);
  }
  for (const slot of selectedSlots(best)) candidates.add(slot);
}

function scoreSlots({ index, mask, weights }: Search, source: FeatureSource, slots: Iterable<number>): Scored[] {
  const wanted = new Set<number>();
  for (const slot of slots) cosineSlots(index, mask.visible, slot, wanted);
  source.cosines.fetch(wanted);
  const scored: Scored[] = [];
  for (const slot of slots) {
    const sums = isTurn(index.columns, slot)
      ? weighFeatures(weights.turn, turnFeatures(index, source, slot), TURN_FEATURES)
      : weighFeatures(weights.document, documentFeatures(index, source, slot), DOCUMENT_FEATURES);
    scored.push({ slot, sums, sum: totalOf(sums) });
  }
  return scored;
}

function toHit(
  { index, mask, withLexical, withVector, priors, now, contextWindow }: Search,
  hit: Scored,
  all: readonly Scored[],
  cosines: Cosines,
): RankedHit {
  const signals: SignalShare[] = [];
  const parts: number[] = [];
  const share = (signal: EngineSignal, key: keyof SignalSums, rawScore: number | null) => {
    const better = all.reduce((count, other) => count + (other.sums[key] > hit.sums[key] ? 1 : 0), 0);
    parts.push(hit.sums[key]);
    signals.push({
      signal,
      rank: rawScore === null ? null : better + 1,
      rawScore: rawScore ?? 0,
      contribution: 0,
    });
  };
  if (withLexical) share('LEXICAL', 'lexical', index.scratch.own.values[hit.slot] ?? 0);
  if (withVector) share('VECTOR', 'vector', cosines.of(hit.slot));
  const values = priorFeatures(index, now, hit.slot);
  for (const prior of priors) share(prior === 'recency' ? 'RECENCY' : 'IMPORTANCE', prior, values[prior]);
  const midOf = (slot: number) => index.columns.mid[slot] ?? 0;
  const context = neighboursOf(index, mask.visible, hit.slot, contextWindow).map(midOf);
  const shares = contributions(parts);
  const explained = signals.map((signal, i) => ({ ...signal, contribution: shares[i] ?? 0 }));
  return { mid: midOf(hit.slot), score: squash(hit.sum), signals: explained, context };
}
