import { stem as stemEnglish } from 'porter2';
import { ENGLISH_BASE_FORMS } from './english-forms.ts';
import { hashTerm } from './hash.ts';
import { stemPolish } from './polish-stem.ts';
import { ENGLISH_STOP_WORDS, POLISH_STOP_WORDS } from './stop-words.ts';
import { foldedWords } from './words.ts';

/** How a text becomes terms. Each analyser has a term space of its own, so that `die` in German never meets `die` in English. */
export type Analyser = 0 | 1 | 2;
/** Porter2 stems without 143 stop words, irregular forms by their base form. */
export const ENGLISH: Analyser = 0;
/** Light stems without stop words, and character 4-grams. */
export const POLISH: Analyser = 1;
/** Any other language: folded words and character 4-grams. */
export const OTHER: Analyser = 2;
export const ANALYSERS: readonly Analyser[] = [ENGLISH, POLISH, OTHER];

const GRAM_LENGTH = 4;
// Longer runs are keys, hashes and addresses: pieces of them find nothing.
const MAX_GRAMMED_LENGTH = 32;
const NO_STOP_WORDS: ReadonlySet<string> = new Set();

/** The analyser of a language code. `und`, a text without letters, goes with English: its numbers are found there. */
export function analyserOf(language: string): Analyser {
  if (language === 'pl') return POLISH;
  return language === 'en' || language === 'und' ? ENGLISH : OTHER;
}

/** The folded words that an analyser leaves out. */
export function stopWordsOf(analyser: Analyser): ReadonlySet<string> {
  if (analyser === ENGLISH) return ENGLISH_STOP_WORDS;
  return analyser === POLISH ? POLISH_STOP_WORDS : NO_STOP_WORDS;
}

/** The term of one folded word: its stem, hashed in the analyser's space. */
export function wordTerm(word: string, analyser: Analyser): number {
  if (analyser === ENGLISH) return hashTerm(stemEnglish(ENGLISH_BASE_FORMS.get(word) ?? word), analyser, false);
  return hashTerm(analyser === POLISH ? stemPolish(word) : word, analyser, false);
}

/** The character 4-grams of one folded word, hashed: none in English, of a short word, or of a run of over 32 letters. */
export function gramTerms(word: string, analyser: Analyser): number[] {
  if (analyser === ENGLISH || word.length <= GRAM_LENGTH || word.length > MAX_GRAMMED_LENGTH) return [];
  const grams: number[] = [];
  for (let i = 0; i + GRAM_LENGTH <= word.length; i++)
    grams.push(hashTerm(word.slice(i, i + GRAM_LENGTH), analyser, true));
  return grams;
}

/** A text as its analyser sees it: how often each term stands in it, and its length in words that are not stop words. */
export interface AnalysedText {
  readonly length: number;
  readonly frequencies: ReadonlyMap<number, number>;
}

/** Analyses a text for the index. Asking goes word by word with the same two functions (`wordTerm`, `gramTerms`). */
export function analyseText(text: string, analyser: Analyser): AnalysedText {
  const stopWords = stopWordsOf(analyser);
  const frequencies = new Map<number, number>();
  const count = (term: number) => frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  let length = 0;
  for (const word of foldedWords(text)) {
    if (stopWords.has(word)) continue;
    length++;
    count(wordTerm(word, analyser));
    for (const gram of gramTerms(word, analyser)) count(gram);
  }
  return { length, frequencies };
}
