import { analyserOf, stopWordsOf, wordTerm } from '../../engine/analyser.ts';
import { foldedWords } from '../../engine/words.ts';

/** The distinct stems of a text that carry its topic, as the search index of that language forms them. */
export function topicTerms(text: string, language: string): Set<number> {
  const analyser = analyserOf(language);
  const stopWords = stopWordsOf(analyser);
  return new Set(foldedWords(text).flatMap((word) => (stopWords.has(word) ? [] : [wordTerm(word, analyser)])));
}

/** Numbers as they stand in a text, without separators of thousands: a year, a price, a count. */
export const numbersIn = (text: string): string[] =>
  (text.match(/\d+(?:[.,]\d+)*/g) ?? []).map((number) => number.replaceAll(/[.,](?=\d{3}(?:\D|$))/g, ''));

function countIn(texts: readonly ReadonlySet<number>[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const terms of texts) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** How telling each term is among a few texts: ln(1 + (N − n + ½) ÷ (n + ½)), as BM25 has it (Robertson and Spärck Jones 1976). */
export function rarityAmong(texts: readonly ReadonlySet<number>[]): (term: number) => number {
  const counts = countIn(texts);
  return (term) => {
    const n = counts.get(term) ?? 0;
    return Math.log(1 + (texts.length - n + 0.5) / (n + 0.5));
  };
}

/** The same where what all texts share counts as well: ln(1 + N ÷ n). */
export function weightAmong(texts: readonly ReadonlySet<number>[]): (term: number) => number {
  const counts = countIn(texts);
  return (term) => Math.log(1 + texts.length / (counts.get(term) ?? 1));
}

/** Part of the terms' rarity that `found` covers, 0..1; 0 without terms. */
export function coverage(
  terms: ReadonlySet<number>,
  found: ReadonlySet<number>,
  rarity: (term: number) => number,
): number {
  let all = 0;
  let met = 0;
  for (const term of terms) {
    const weight = rarity(term);
    all += weight;
    if (found.has(term)) met += weight;
  }
  return all === 0 ? 0 : met / all;
}
