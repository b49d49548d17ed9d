import type { Analyser } from './analyser.ts';
import { isGramHash } from './hash.ts';
import { accumulate, bm25Weight, inverseFrequency, type QueryTerm } from './lexical.ts';
import type { ProjectIndex } from './project-index.ts';
import { eachTerm } from './rows.ts';
import { fitZeros } from './scratch.ts';

const FEEDBACK_ROWS = 5;
const FEEDBACK_TERMS = 20;
// Documents' weights are half of those that feedback was measured with.
const SHARPNESS = 2;

/** A row that is no turn, and its score so far. */
export interface ScoredDocument {
  readonly slot: number;
  readonly score: number;
}

interface FeedbackTerm {
  readonly id: number;
  readonly analyser: Analyser;
  weight: number;
}

/**
 * Pseudo-relevance feedback, a lexical second hop (after RM3, Jaleel et al. 2004):
 * the 20 words that weigh most in the five best documents, Σ p × tf ÷ length × idf with p ∝ exp(2 × score), without the
 * question's own; every row is then scored by BM25 with these weights, scaled to a sum of 1, into `scratch.feedback`.
 *
 * @param best documents, best first
 */
export function scoreFeedback(index: ProjectIndex, best: readonly ScoredDocument[]): void {
  const words = new Map<number, FeedbackTerm>();
  const top = best.slice(0, FEEDBACK_ROWS);
  for (const { slot, score } of top) addWords(index, words, slot, Math.exp(SHARPNESS * (score - (top[0]?.score ?? 0))));
  const { hashes } = index.terms;
  const chosen = [...words.values()]
    .sort((a, b) => b.weight - a.weight || (hashes[a.id] ?? 0) - (hashes[b.id] ?? 0))
    .slice(0, FEEDBACK_TERMS);
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const terms = chosen.map(({ id, analyser, weight }): QueryTerm => {
    const share = weight / total;
    const rows = index.activeRows;
    const holding = index.terms.active[id] ?? 0;
    return { id, analyser, share, rows, holding, weight: bm25Weight(share, rows, holding) };
  });
  index.scratch.feedback = fitZeros(index.scratch.feedback, index.columns.capacity);
  accumulate(index, terms, index.scratch.feedback);
}

function addWords(index: ProjectIndex, words: Map<number, FeedbackTerm>, slot: number, share: number): void {
  const { columns, scratch, terms } = index;
  const length = Math.max(1, columns.length[slot] ?? 1);
  const analyser = columns.analyser[slot] === 1 ? 1 : columns.analyser[slot] === 2 ? 2 : 0;
  eachTerm(index, slot, (id, frequency) => {
    if (scratch.termPlace[id] !== 0 || isGramHash(terms.hashes[id] ?? 0)) return;
    const weight = ((share * frequency) / length) * wordIdf(index, id);
    const known = words.get(id);
    if (known) known.weight += weight;
    else words.set(id, { id, analyser, weight });
  });
}

/** idf of a word over the ACTIVE rows of the index. */
export const wordIdf = (index: ProjectIndex, id: number): number =>
  inverseFrequency(index.activeRows, index.terms.active[id] ?? 0);
