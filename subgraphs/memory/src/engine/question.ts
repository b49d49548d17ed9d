import { type Interval, namedDate, tellingIntervals } from '../domain/dates.ts';
import { detectLanguage } from './language.ts';
import { type QueryTerm, queryTerms } from './lexical.ts';
import type { ProjectIndex } from './project-index.ts';
import { foldedWords, foldText } from './words.ts';

/** A question as the scorer sees it. */
export interface Question {
  /** Code of LANGUAGES. */
  readonly language: string;
  readonly terms: readonly QueryTerm[];
  /** Its words with a blank around each, to find names as whole words. */
  readonly paddedWords: string;
  /** When what it asks for may have been told; null when it names no date. */
  readonly told: readonly Interval[] | null;
}

/** Reads a question: language, terms, words and date. With `lexical` false it has no terms, names and dates. */
export function readQuestion(index: ProjectIndex, text: string, lexical: boolean): Question {
  const language = detectLanguage(text);
  if (!lexical) return { language, terms: [], paddedWords: '', told: null };
  const date = namedDate(foldText(text), language);
  return {
    language,
    terms: queryTerms(index, text, language),
    paddedWords: ` ${foldedWords(text).join(' ')} `,
    told: date ? tellingIntervals(date, ...yearsOf(index)) : null,
  };
}

const MIN_NAME = 4;
// First or last words of roles and titles, which questions use for other things too.
const ROLE_WORDS = new Set('agent assistant bot designer group manager project system team tool user'.split(' '));

/** True when the question names the speaker: the whole name, or its first or last word of at least four letters. */
export function namesSpeaker(question: Question, speaker: string): boolean {
  const words = foldedWords(speaker);
  if (words.length === 0) return false;
  if (question.paddedWords.includes(` ${words.join(' ')} `)) return true;
  if (words.length === 1) return false;
  return [words.at(0), words.at(-1)].some(
    (word) =>
      word !== undefined &&
      word.length >= MIN_NAME &&
      !ROLE_WORDS.has(word) &&
      question.paddedWords.includes(` ${word} `),
  );
}

/** True when an instant lies in one of the intervals, which are in order and do not overlap. */
export function isTold(told: readonly Interval[], at: number): boolean {
  let low = 0;
  let high = told.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((told[middle]?.from ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at < (told[low - 1]?.to ?? 0);
}

const MAX_YEARS = 200;

// First and last year in which something occurred, for dates without a year; a row far off does not make thousands of years.
function yearsOf({ columns }: ProjectIndex): [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < columns.count; slot++) {
    if (columns.status[slot] === 0) continue;
    const at = columns.occurredAt[slot] ?? 0;
    if (at < first) first = at;
    if (at > last && Number.isFinite(at)) last = at;
  }
  if (!Number.isFinite(first) || !Number.isFinite(last)) return [0, -1];
  const lastYear = new Date(last).getUTCFullYear();
  return [Math.max(new Date(first).getUTCFullYear(), lastYear - MAX_YEARS), lastYear];
}
