import type { BridgePhrase } from '../domain/bridge-phrases.ts';
import { accumulate, queryTerms } from './lexical.ts';
import type { ProjectIndex } from './project-index.ts';
import { clearAccumulator, fitAccumulator } from './scratch.ts';

/**
 * Scores rows by the names that memories found before lead to, into `scratch.bridge`: BM25 of the best one × its share × the square
 * of how much of the name's weight the row holds, so that half a name counts little. A second round for what no single memory tells:
 * without the square all@10 of 2wiki-101 is .70, with it .81.
 */
export function scoreBridges(index: ProjectIndex, phrases: readonly BridgePhrase[], language: string): void {
  const { scratch, columns } = index;
  const into = fitAccumulator(scratch.bridge, columns.capacity);
  const one = fitAccumulator(scratch.phrase, columns.capacity);
  for (const { text, share } of phrases) {
    const terms = queryTerms(index, text, language);
    const whole = terms.reduce((sum, { weight }) => sum + weight, 0);
    accumulate(index, terms, one);
    for (let i = 0; i < one.count; i++) {
      const slot = one.touched[i] ?? 0;
      const found = one.scores[slot] ?? 0;
      const score = found * share * (found / whole) ** 2;
      const old = into.scores[slot] ?? 0;
      if (old === 0) into.touched[into.count++] = slot;
      if (score > old) into.scores[slot] = score;
    }
    clearAccumulator(one);
  }
}
