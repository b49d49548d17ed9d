import type { JsonValue } from '@rae/kernel';
import { detectLanguage } from '../../engine/language.ts';
import { indexedText } from '../../engine/lex.ts';
import type { Memory } from '../memory-row.ts';
import { type Span, splitSentences } from './sentences.ts';
import { coverage, rarityAmong, topicTerms } from './terms.ts';

/** A memory that a question found, as answers are made from it. */
export interface Evidence {
  readonly memoryId: string;
  readonly content: string;
  readonly speaker: string | null;
  readonly occurredAt: Date;
  /** Its writing found text in it that poses as instructions. */
  readonly suspected?: boolean;
  /** Of the search, 0..1. */
  readonly score: number;
}

/** A memory whose writing found text in it that poses as instructions says so under our own key. */
export const isSuspected = (metadata: JsonValue): boolean =>
  Object(Object(metadata).rae).suspectedInstructions !== undefined;

/** A memory as evidence. */
export const toEvidence = (memory: Memory, score: number): Evidence => ({
  memoryId: memory.id,
  content: memory.content,
  speaker: memory.speaker,
  occurredAt: memory.occurredAt,
  suspected: isSuspected(memory.metadata),
  score,
});

/** A question and what was found for it, in the terms that they are compared by. */
export interface Found {
  readonly language: string;
  readonly question: ReadonlySet<number>;
  readonly evidence: readonly Evidence[];
  /** Terms of each, its speaker's name included. */
  readonly terms: readonly ReadonlySet<number>[];
  readonly rarity: (term: number) => number;
}

/** Reads question and evidence once, for all that follows. */
export function readFound(question: string, evidence: readonly Evidence[]): Found {
  const language = detectLanguage(question);
  const terms = evidence.map(({ content, speaker }) => topicTerms(indexedText(content, speaker), language));
  return { language, question: topicTerms(question, language), evidence, terms, rarity: rarityAmong(terms) };
}

/** Memories that are looked at for whether there is an answer at all. */
const JUDGED = 5;
const LEAST_SHARED = 0.3;
const LEAST_NAMED = 0.5;

/** Words that begin with a capital or hold digits, but for the first one, whose capital says nothing. */
const NAME = /(?<![\p{L}\p{N}])[\p{Lu}\p{N}][\p{L}\p{N}'’-]*/gu;

/** The names and numbers in a question, as terms. */
export function namesIn(question: string, language: string): Set<number> {
  const names = [...question.matchAll(NAME)].filter(({ index }) => index > 0);
  return topicTerms(names.map(([name]) => name).join(' '), language);
}

const shareOf = (terms: ReadonlySet<number>, found: ReadonlySet<number>): number =>
  terms.size === 0 ? 1 : [...terms].filter((term) => found.has(term)).length / terms.size;

/** A name that is called, "Thanks, Caroline!", and says nothing of who is meant. */
const CALLED =
  /(?:^|[,.;:!?…—])\s?(?:(?:[Hh]ey|[Hh]i|[Hh]ello|[Tt]hanks|[Oo]h|[Ww]ow|[Cc]ześć|[Hh]ej|[Dd]zięki)\s)?\p{Lu}[\p{L}'’-]{0,40}(?=[,.!?…]|$)/gu;

/**
 * Whether the best memory is of one of those asked about, where the question names somebody who speaks in what was found: said by
 * them, or naming them other than by calling. A search puts what they say first; where something of somebody else comes
 * before it all the same, it is that one's fact ("What did Ola sell?", and Adam sold it). True where nobody is named.
 */
function isOfAsked(names: ReadonlySet<number>, { language, evidence }: Found): boolean {
  const isAsked = (speaker: string | null) =>
    speaker !== null && [...topicTerms(speaker, language)].some((term) => names.has(term));
  const [best] = evidence;
  if (!best || best.speaker === null || isAsked(best.speaker)) return true;
  const asked = evidence.filter(({ speaker }) => isAsked(speaker));
  const told = topicTerms(spokenText(best).replace(CALLED, ' '), language);
  const theirNames = topicTerms(asked.map(({ speaker }) => speaker).join(' '), language);
  return asked.length === 0 || [...theirNames].some((term) => told.has(term));
}

/**
 * Whether anything found speaks of what is asked: one of the five best memories shares three tenths of the question's topic
 * words, one holds half of the names and numbers in it, and the best one is of somebody asked about. Shares of words mean the
 * same in a project of ten memories and of ten thousand, which scores of the search do not. What it lets through and keeps
 * out: docs/performance.md, `answers`.
 */
export function isRelevant(question: string, found: Found): boolean {
  const best = found.terms.slice(0, JUDGED);
  const names = namesIn(question, found.language);
  return (
    found.question.size > 0 &&
    best.some((terms) => shareOf(found.question, terms) >= LEAST_SHARED) &&
    best.some((terms) => shareOf(names, terms) >= LEAST_NAMED) &&
    isOfAsked(names, found)
  );
}

/** The part of the question's terms that a text holds, rare ones counting more, 0..1. */
export const answers = ({ question, rarity }: Found, terms: ReadonlySet<number>): number =>
  coverage(question, terms, rarity);

/** What was said, without "Name: " in front. */
const spokenText = ({ content, speaker }: Evidence): string =>
  speaker !== null && content.startsWith(`${speaker}: `) ? content.slice(speaker.length + 2) : content;

/** The sentences of a memory that can be quoted: without "Name: " in front, and none that is a [note aside]. */
export function sentencesOf(evidence: Evidence): Span[] {
  const { content } = evidence;
  const from = content.length - spokenText(evidence).length;
  return splitSentences(content.slice(from))
    .map(({ start, end }) => ({ start: start + from, end: end + from }))
    .filter(({ start, end }) => !(content.startsWith('[', start) && content.slice(start, end).endsWith(']')));
}

/** Who said it and on which day, where somebody did: what is said of "yesterday" means nothing without. */
export const sayer = ({ speaker, occurredAt }: Evidence): string =>
  speaker === null ? '' : `${speaker}, ${occurredAt.toISOString().slice(0, 10)}: `;
