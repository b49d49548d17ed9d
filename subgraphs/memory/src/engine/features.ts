import { recencyOf } from '../domain/scorer.ts';
import type { DocumentFeature, PriorFeature, TurnFeature } from '../domain/scorer-weights.ts';
import type { Cosines } from './cosines.ts';
import { wordIdf } from './feedback.ts';
import { isGramHash } from './hash.ts';
import { ENDS_IN_QUESTION, HOLDS_QUESTION } from './lex.ts';
import type { ProjectIndex } from './project-index.ts';
import { isTold, namesSpeaker, type Question } from './question.ts';
import { eachTerm } from './rows.ts';
import { isTurn } from './sessions.ts';
import { neighbour, type WindowScorer } from './window.ts';

export const TURN_FEATURES: readonly TurnFeature[] = [
  'own',
  'surroundings',
  'previousQuestion',
  'cosine',
  'neighbourCosine',
  'speaker',
  'question',
  'informativeness',
  'date',
  'bridge',
  'recency',
  'importance',
];
export const DOCUMENT_FEATURES: readonly DocumentFeature[] = [
  'own',
  'cosine',
  'feedback',
  'date',
  'bridge',
  'recency',
  'importance',
];

/** What features are taken from, beside the index. */
export interface FeatureSource {
  readonly question: Question;
  readonly visible: Uint8Array;
  readonly windows: WindowScorer;
  /** Those of all slots that `cosineSlots` names are fetched. */
  readonly cosines: Cosines;
  /** Whether the question names a speaker, by the speaker's number. */
  readonly named: Map<number, boolean>;
  /** Best own score in a session, by the session's number. */
  readonly sessionBest: Map<number, number>;
  /** The instant that recency is counted from. */
  readonly now: number;
}

/** The features of a turn. */
export function turnFeatures(
  index: ProjectIndex,
  source: FeatureSource,
  slot: number,
): Record<TurnFeature, number | null> {
  const { columns, scratch } = index;
  const before = neighbour(columns.previous, source.visible, slot);
  const after = neighbour(columns.next, source.visible, slot);
  const asked = before >= 0 && ((columns.flags[before] ?? 0) & HOLDS_QUESTION) !== 0;
  return {
    own: scratch.own.values[slot] ?? 0,
    surroundings: surroundings(index, source, slot),
    previousQuestion: asked ? (scratch.own.values[before] ?? 0) : 0,
    cosine: source.cosines.of(slot),
    neighbourCosine: meanOf(
      before >= 0 ? source.cosines.of(before) : null,
      after >= 0 ? source.cosines.of(after) : null,
    ),
    speaker: isNamed(index, source, columns.speaker[slot] ?? 0) ? 1 : 0,
    question: ((columns.flags[slot] ?? 0) & ENDS_IN_QUESTION) !== 0 ? 1 : 0,
    informativeness: informativeness(index, slot),
    date: dateFlag(index, source, slot),
    bridge: scratch.bridge[slot] ?? 0,
    ...priorFeatures(index, source.now, slot),
  };
}

/** The features of a row that is no turn. */
export function documentFeatures(
  index: ProjectIndex,
  source: FeatureSource,
  slot: number,
): Record<DocumentFeature, number | null> {
  const isChunk = index.columns.document[slot] !== 0;
  return {
    own: index.scratch.own.values[slot] ?? 0,
    cosine: source.cosines.of(slot),
    feedback: index.scratch.feedback[slot] ?? 0,
    date: isChunk ? 0 : dateFlag(index, source, slot),
    bridge: index.scratch.bridge[slot] ?? 0,
    ...priorFeatures(index, source.now, slot),
  };
}

/** The features that depend on the row alone. */
export const priorFeatures = ({ columns }: ProjectIndex, now: number, slot: number): Record<PriorFeature, number> => ({
  recency: recencyOf(columns.occurredAt[slot] ?? 0, now),
  importance: columns.importance[slot] ?? 0,
});

/** The slots whose cosines `turnFeatures` asks for: the turn and its neighbours, appended to `into`. */
export function cosineSlots(index: ProjectIndex, visible: Uint8Array, slot: number, into: Set<number>): void {
  into.add(slot);
  if (!isTurn(index.columns, slot)) return;
  for (const link of [index.columns.previous, index.columns.next]) {
    const other = neighbour(link, visible, slot);
    if (other >= 0) into.add(other);
  }
}

// The geometric mean of what the turns around hold and of what the session holds at its best: a session that speaks of the
// question lifts the turns near the place where it does, and not all that was said on that day.
function surroundings(index: ProjectIndex, source: FeatureSource, slot: number): number {
  return Math.sqrt(source.windows.score(slot) * sessionBest(index, source, index.columns.session[slot] ?? 0));
}

function sessionBest({ columns, chains, scratch }: ProjectIndex, source: FeatureSource, session: number): number {
  const known = source.sessionBest.get(session);
  if (known !== undefined) return known;
  let best = 0;
  for (let slot = chains.last[session] ?? -1; slot >= 0; slot = columns.previous[slot] ?? -1) {
    const score = scratch.own.values[slot] ?? 0;
    if (score > best && source.visible[slot] === 1) best = score;
  }
  source.sessionBest.set(session, best);
  return best;
}

function meanOf(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : (a + b) / 2;
}

function isNamed(index: ProjectIndex, { question, named }: FeatureSource, speaker: number): boolean {
  let known = named.get(speaker);
  if (known === undefined) {
    const name = index.speakers.valueOf(speaker);
    known = name !== null && namesSpeaker(question, name);
    named.set(speaker, known);
  }
  return known;
}

// ln(1 + sum of the idf of the row's distinct words): long and rare outweighs short and common.
function informativeness(index: ProjectIndex, slot: number): number {
  let sum = 0;
  eachTerm(index, slot, (id) => {
    if (!isGramHash(index.terms.hashes[id] ?? 0)) sum += wordIdf(index, id);
  });
  return Math.log(1 + sum);
}

function dateFlag({ columns }: ProjectIndex, { question }: FeatureSource, slot: number): number {
  return question.told && isTold(question.told, columns.occurredAt[slot] ?? 0) ? 1 : 0;
}
