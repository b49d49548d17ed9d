/** One question, answered: document ids in the order of the search, and those that are right. */
export interface RankedAnswer {
  readonly ranked: readonly string[];
  /** At least one. */
  readonly relevant: ReadonlySet<string>;
}

export interface Scores {
  readonly questions: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly recallAt20: number;
  readonly mrrAt20: number;
  readonly ndcgAt10: number;
  readonly allAt10: number;
}

/** The first `k` different documents; a document that comes twice counts at its first place alone. */
const firstOf = (ranked: readonly string[], k: number): readonly string[] => [...new Set(ranked)].slice(0, k);

/** Share of the relevant documents that stand among the first `k`, 0..1. */
export function recallAt(k: number, { ranked, relevant }: RankedAnswer): number {
  const found = firstOf(ranked, k).filter((id) => relevant.has(id)).length;
  return found / relevant.size;
}

/** 1 when every relevant document stands among the first `k`, else 0: what a question of several hops needs. */
export const allAt = (k: number, answer: RankedAnswer): number => (recallAt(k, answer) === 1 ? 1 : 0);

/** One over the place of the first relevant document, 0 when none stands among the first `k`. */
export function reciprocalRankAt(k: number, { ranked, relevant }: RankedAnswer): number {
  const at = firstOf(ranked, k).findIndex((id) => relevant.has(id));
  return at < 0 ? 0 : 1 / (at + 1);
}

/**
 * Normalised discounted cumulative gain over the first `k`, 0..1: a relevant document at place i gains 1 ÷ log2(i + 1), and
 * the sum is divided by the best that the number of relevant documents allows (Järvelin and Kekäläinen, "Cumulated
 * gain-based evaluation of IR techniques", 2002). Gains are binary.
 */
export function ndcgAt(k: number, { ranked, relevant }: RankedAnswer): number {
  const gainAt = (place: number) => 1 / Math.log2(place + 2);
  const gain = firstOf(ranked, k).reduce((sum, id, place) => sum + (relevant.has(id) ? gainAt(place) : 0), 0);
  const best = Array.from({ length: Math.min(k, relevant.size) }, (_, place) => gainAt(place));
  return gain / best.reduce((sum, value) => sum + value, 0);
}

/** Means over the questions, each counting the same; all are 0 when there are none. */
export function scoreAnswers(answers: readonly RankedAnswer[]): Scores {
  const mean = (measure: (answer: RankedAnswer) => number) =>
    answers.reduce((sum, answer) => sum + measure(answer), 0) / Math.max(1, answers.length);
  return {
    questions: answers.length,
    recallAt5: mean((answer) => recallAt(5, answer)),
    recallAt10: mean((answer) => recallAt(10, answer)),
    recallAt20: mean((answer) => recallAt(20, answer)),
    mrrAt20: mean((answer) => reciprocalRankAt(20, answer)),
    ndcgAt10: mean((answer) => ndcgAt(10, answer)),
    allAt10: mean((answer) => allAt(10, answer)),
  };
}

/** The least value that at least `share` (0..1) of the values do not exceed: nearest rank. NaN of no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
