import { detectLanguage } from '../engine/language.ts';
import { splitSentences } from './answer/sentences.ts';
import { topicTerms, weightAmong } from './answer/terms.ts';

/** Characters (UTF-16 units) of a summary; content that is no longer needs none. */
export const MOST_CHARACTERS = 280;
/** What is looked at: a page of 200 memories must not hold the process for seconds. */
const READ = 8_192;

/** What comes up again is what a text is about; the rest counts a little, so that a long sentence says more than a short one. */
const AGAIN = 2;
const ONCE = 0.25;
/** Of the best sentence's worth: what lies below is beside the point. */
const WORTH = 0.3;

const isQuestion = (sentence: string): boolean => /[?？؟]["'”’)]*$/.test(sentence);

/** As much of a sentence as fits, to the end of a word. */
function cut(sentence: string): string {
  if (sentence.length <= MOST_CHARACTERS) return sentence;
  const words = sentence.slice(0, MOST_CHARACTERS - 1).replace(/\s+\S*$/, '');
  return `${words.replace(/[\uD800-\uDBFF]$/, '')}…`; // half a character is none
}

/**
 * The sentences of a long text that say most of what it comes back to, in their order and in at most 280 characters: its own
 * words, so that nothing is invented and no model is needed. Only the first 8 192 characters are looked at.
 *
 * Extractive, by the terms that several sentences share (after SumBasic, Nenkova and Vanderwende 2005).
 *
 * @returns null for a text that is no longer than that
 */
export function summarise(content: string): string | null {
  if (content.length <= MOST_CHARACTERS) return null;
  const text = content.slice(0, READ);
  const language = detectLanguage(text);
  const sentences = splitSentences(text).map(({ start, end }) => {
    const sentence = text.slice(start, end);
    return { start, sentence, terms: topicTerms(sentence, language) };
  });
  const rarity = weightAmong(sentences.map(({ terms }) => terms));
  const once = Math.log(1 + sentences.length); // the weight of a term that one sentence has
  const worth = (terms: ReadonlySet<number>) =>
    [...terms].reduce((sum, term) => sum + rarity(term) * (rarity(term) < once ? AGAIN : ONCE), 0);
  const ranked = sentences
    .filter(({ sentence }) => !isQuestion(sentence))
    .map((one) => ({ ...one, score: worth(one.terms) }))
    .sort((a, b) => b.score - a.score || a.start - b.start);
  let left = MOST_CHARACTERS;
  const least = (ranked[0]?.score ?? 0) * WORTH;
  const said = new Set<string>();
  const chosen = ranked.filter(({ sentence, score }) => {
    if (sentence.length >= left || score < least || said.has(sentence)) return false;
    said.add(sentence);
    left -= sentence.length + 1;
    return true;
  });
  if (chosen.length === 0) return cut((ranked[0] ?? sentences[0])?.sentence ?? text);
  return chosen
    .sort((a, b) => a.start - b.start)
    .map(({ sentence }) => sentence)
    .join(' ');
}
