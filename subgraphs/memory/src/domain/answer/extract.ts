import { answers, type Found, sentencesOf } from './evidence.ts';
import type { Span } from './sentences.ts';
import { topicTerms } from './terms.ts';

/** A sentence of a memory that answers. */
export interface Extracted extends Span {
  /** Place of its memory in the evidence. */
  readonly at: number;
  readonly score: number;
}

interface Candidate extends Extracted {
  readonly terms: ReadonlySet<number>;
}

/** Memories whose sentences are looked at. */
const READ = 10;
const MOST_SENTENCES = 3;
const MOST_CHARACTERS = 600;
/** A further sentence is worth its place when it scores at least so much of the best one. */
const WORTH = 0.8;
/** Sentences that share more of their terms say the same. */
const ALIKE = 0.7;

/** Of the memory's score in the search: chosen on locomo-dev, where 5 to 8 differ little. */
const SEARCH_WEIGHT = 5;
const QUESTION_COST = 0.4;
/** Greetings and exclamations carry nothing: a sentence has its full weight from so many topic words on. */
const FULL_WORDS = 5;

function candidatesOf(found: Found, at: number): Candidate[] {
  const evidence = found.evidence[at];
  if (!evidence) return [];
  const { content, speaker, score } = evidence;
  const name = topicTerms(speaker ?? '', found.language);
  return sentencesOf(evidence).map((span) => {
    const sentence = content.slice(span.start, span.end);
    const terms = topicTerms(sentence, found.language);
    const said = new Set([...terms, ...name]);
    const asks = /[?？؟]["'”’)]*$/.test(sentence) ? QUESTION_COST : 0;
    const weight = Math.min(1, terms.size / FULL_WORDS);
    return { ...span, at, terms, score: weight * (answers(found, said) + SEARCH_WEIGHT * score) - asks };
  });
}

const isAlike = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  [...a].filter((term) => b.has(term)).length >= ALIKE * Math.min(a.size, b.size);

/**
 * The sentences that answer a question best, at most three and 600 characters, in order of their memories and places: those
 * that share the question's rarer words, from memories that found it best; further ones only when they are nearly as good and
 * say something else.
 */
export function extractSentences(found: Found): Extracted[] {
  const candidates = found.evidence
    .slice(0, READ)
    .flatMap((_, at) => candidatesOf(found, at))
    .sort((a, b) => b.score - a.score || a.at - b.at || a.start - b.start);
  const chosen: Candidate[] = [];
  let characters = 0;
  for (const candidate of candidates) {
    const length = candidate.end - candidate.start;
    const isWorth = candidate.score >= WORTH * (chosen[0]?.score ?? 0);
    if (chosen.length >= MOST_SENTENCES || !isWorth) break;
    if (chosen.length > 0 && characters + length > MOST_CHARACTERS) continue;
    if (chosen.some(({ terms }) => isAlike(terms, candidate.terms))) continue;
    chosen.push(candidate);
    characters += length;
  }
  return chosen.map(({ terms: _terms, ...kept }) => kept).sort((a, b) => a.at - b.at || a.start - b.start);
}
