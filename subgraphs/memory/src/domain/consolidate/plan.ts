import { detectLanguage } from '../../engine/language.ts';
import { numbersIn, topicTerms } from '../answer/terms.ts';
import type { Memory } from '../memory-row.ts';

/** A memory that may be consolidated. */
export interface Candidate {
  readonly memory: Memory;
  /** int8 numbers of its vector; null: it has none, and is left as it is. */
  readonly vector: Int8Array | null;
  readonly uses: number;
}

/** Episodes that say the same, and the one that says it best. */
export interface Promotion {
  readonly best: Memory;
  readonly episodes: readonly Memory[];
  /** Those outside of a conversation, which the promoted one stands for. */
  readonly archived: readonly Memory[];
}

export interface Merge {
  readonly into: Memory;
  readonly from: readonly Memory[];
}

/** Cosine from which two memories are near-duplicates (Hindsight's bound for duplicates). */
const NEAR_COSINE = 0.97;
/** Cosines are blind to numbers and to "not", and near-equal sentences may still be about different things. */
const LEAST_SHARED_WORDS = 0.6;
const NEGATION = /\b(?:no|not|never|none|nor|cannot|without|nie|nigdy|żaden|żadna|bez)\b|n['’]t\b/giu;
/** Repeated, and used so often in all: what is merely said twice stays an episode. */
const LEAST_EPISODES = 2;
const LEAST_USES = 3;

/** Of two vectors as they are stored; 0 where one is nothing but zeros. */
export function cosine(a: Int8Array, b: Int8Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

/** What two memories must share before their vectors are compared: layer, who it is about, who said it, when it holds. */
const keyOf = ({ layer, userId, agentId, speaker, documentId, validTo }: Memory): string =>
  JSON.stringify([layer, userId, agentId, speaker, documentId, validTo]);

const factsOf = (content: string): string =>
  JSON.stringify([numbersIn(content).sort(), (content.match(NEGATION) ?? []).length]);

interface Known extends Candidate {
  readonly vector: Int8Array;
  readonly terms: ReadonlySet<number>;
  readonly facts: string;
}

function saysTheSame(a: Known, b: Known): boolean {
  if (a.facts !== b.facts || cosine(a.vector, b.vector) < NEAR_COSINE) return false;
  const shared = [...a.terms].filter((term) => b.terms.has(term)).length;
  return shared >= LEAST_SHARED_WORDS * Math.max(a.terms.size, b.terms.size);
}

function toKnown(candidate: Candidate): Known[] {
  const { memory, vector } = candidate;
  if (!vector) return [];
  const terms = topicTerms(memory.content, detectLanguage(memory.content));
  return [{ ...candidate, vector, terms, facts: factsOf(memory.content) }];
}

const byWorth = (a: Candidate, b: Candidate): number =>
  b.memory.importance - a.memory.importance ||
  b.uses - a.uses ||
  b.memory.content.length - a.memory.content.length ||
  b.memory.createdAt.getTime() - a.memory.createdAt.getTime();

/**
 * Groups of memories that say the same: each is like the group's best, so that no chain of small differences joins what is
 * different. Best first in each; groups of one are left out. Gives way after each memory, for there may be many.
 */
export function* groupAlike(candidates: readonly Candidate[]): Generator<void, Candidate[][]> {
  const groups: Known[][] = [];
  for (const some of Map.groupBy(candidates, ({ memory }) => keyOf(memory)).values()) {
    const own: Known[][] = [];
    for (const candidate of some.flatMap(toKnown).sort(byWorth)) {
      const group = own.find(([best]) => best && saysTheSame(best, candidate));
      if (group) group.push(candidate);
      else own.push([candidate]);
      yield;
    }
    groups.push(...own.filter(({ length }) => length > 1));
  }
  return groups;
}

/** Near-duplicates of what is known: the best one stays, the others are superseded by it. Null: episodes, which did happen twice. */
export function planMerge(group: readonly Candidate[]): Merge | null {
  const [into, ...from] = group.map(({ memory }) => memory);
  if (!into || (into.layer !== 'SEMANTIC' && into.layer !== 'PROCEDURAL')) return null;
  return { into, from };
}

/** Episodes that say the same and are used become knowledge. Null: they are not episodes, or too little used. */
export function planPromotion(group: readonly Candidate[]): Promotion | null {
  const [best] = group;
  const episodes = group.map(({ memory }) => memory);
  const uses = group.reduce((sum, candidate) => sum + candidate.uses, 0);
  if (best?.memory.layer !== 'EPISODIC' || group.length < LEAST_EPISODES || uses < LEAST_USES) return null;
  return { best: best.memory, episodes, archived: episodes.filter(({ sessionId }) => sessionId === null) };
}
