import { eld } from 'eld/extrasmall';
import { ENGLISH_STOP_WORDS, POLISH_STOP_WORDS } from './stop-words.ts';
import { foldedWords } from './words.ts';

/**
 * Languages that can be told apart, as ISO 639-1 codes; `und` is a text without letters. The place in this list is the
 * byte stored with a row, so it only ever grows at its end.
 */
export const LANGUAGES: readonly string[] = (
  'und en pl am ar az be bg bn ca cs da de el es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ' +
  'ms nl no or pa pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'
).split(' ');

const EXAMINED_CHARACTERS = 1_000;
const MIN_WORDS = 4;
const MIN_WORDS_ACCENTED = 3;
// How far the best language must lie above English in eld's score (0..1) before a text without function words leaves English.
const MIN_LEAD = 0.1;
const POLISH_LETTER = /[ąćęłńśźż]/iu;
const ACCENTED_LETTER = /[^\p{ASCII}\p{P}\p{S}\p{N}\p{Z}\p{M}]/u;
const LATIN_LETTER = /\p{Script=Latin}/gu;
const LETTER = /\p{L}/gu;
// Function words that other languages or English chat use as well: no evidence for the list they stand in.
const WEAK_ENGLISH = new Set(
  'a am an as at do go has he her i in is me my no on or s so t to we was will d m re'.split(' '),
);
const WEAK_POLISH = new Set(
  'a ale as by cie co do go i ile im je ma mam mi mu my na nad nam nas nie niz no o od ode oko on ona one oni po pod prze sa sam si ta tak tam te ten to tu ty u w was we wy y z za zas'.split(
    ' ',
  ),
);

/**
 * The language of a text as a code of LANGUAGES. English unless there is evidence for another: its script, Polish
 * function words or letters, or four words without an English function word that `eld` places well above English.
 *
 * Only the first 1 000 characters are looked at. On 2 760 English chat turns 3 are placed elsewhere.
 */
export function detectLanguage(text: string): string {
  const sample = text.slice(0, EXAMINED_CHARACTERS);
  const letters = sample.match(LETTER)?.length ?? 0;
  if (letters === 0) return 'und';
  if ((sample.match(LATIN_LETTER)?.length ?? 0) * 2 < letters) return detected(sample, 0) ?? 'und';
  const words = foldedWords(sample);
  const english = countOf(words, ENGLISH_STOP_WORDS, WEAK_ENGLISH);
  const polish = countOf(words, POLISH_STOP_WORDS, WEAK_POLISH);
  if (polish > english) return 'pl';
  if (english > 0) return 'en';
  if (POLISH_LETTER.test(sample)) return words.length < MIN_WORDS ? 'pl' : (detected(sample, MIN_LEAD) ?? 'pl');
  const enough = ACCENTED_LETTER.test(sample) ? MIN_WORDS_ACCENTED : MIN_WORDS;
  return words.length < enough ? 'en' : (detected(sample, MIN_LEAD) ?? 'en');
}

function countOf(words: readonly string[], list: ReadonlySet<string>, weak: ReadonlySet<string>): number {
  let count = 0;
  for (const word of words) if (list.has(word) && !weak.has(word)) count++;
  return count;
}

function detected(sample: string, lead: number): string | null {
  const result = eld.detect(sample);
  if (!result.isReliable() || !LANGUAGES.includes(result.language)) return null;
  const scores = result.getScores();
  return (scores[result.language] ?? 0) - (scores.en ?? 0) >= lead ? result.language : null;
}
