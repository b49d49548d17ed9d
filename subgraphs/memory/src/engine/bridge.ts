import type { BridgePhrase } from '../domain/bridge-phrases.ts';
import { accumulate, queryTerms } from './lexical.ts';
import type { ProjectIndex } from './project-index.ts';
import { fitZeros } from './scratch.ts';

/**
 * Scores rows by the names that memories found before lead to, into `scratch.bridge`: BM25 of the best one × its share × the square
 * of how much of the name's weight the row holds, so that half a name counts little. A second round for what no single memory tells:
 * without the square all@10 of 2wiki-101 is .70, with it .81.
 */
export function scoreBridges(index: ProjectIndex, phrases: readonly BridgePhrase[], language: string): void {
  const { scratch, columns } = index;
  scratch.bridge = fitZeros(scratch.bridge, columns.capacity);
  scratch.phrase = fitZeros(scratch.phrase, columns.capacity);
  const { bridge, phrase } = scratch;
  for (const { text, share } of phrases) {
    const terms = queryTerms(index, text, language);
    const whole = terms.reduce((sum, { weight }) => sum + weight, 0);
    accumulate(index, terms, phrase);
    for (let slot = 0; slot < columns.count; slot++) {
      const found = phrase[slot] ?? 0;
      const score = found === 0 ? 0 : found * share * (found / whole) ** 2;
      if (score > (bridge[slot] ?? 0)) bridge[slot] = score;
    }
    phrase.fill(0);
  }
}
