import type { JsonValue } from '@rae/kernel';

/** One question of an evaluation, and what was found for it. */
export interface EvaluationResult {
  readonly query: string;
  readonly recallAt10: number;
  readonly reciprocalRank: number;
  readonly relevantMemoryIds: readonly string[];
  /** The first 20, best first. */
  readonly foundMemoryIds: readonly string[];
}

/** How well a project's memories are found, as it is stored. */
export interface Evaluation {
  readonly id: string;
  readonly projectId: string;
  readonly dataset: string;
  readonly cases: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly recallAt20: number;
  readonly mrr: number;
  readonly ndcgAt10: number;
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  /** How was searched. */
  readonly settings: JsonValue;
  readonly createdAt: Date;
}

/** Worst first: what is found least and latest; equal ones in the order of the cases. */
export const worstFirst = (results: readonly EvaluationResult[]): EvaluationResult[] =>
  [...results].sort((a, b) => a.recallAt10 - b.recallAt10 || a.reciprocalRank - b.reciprocalRank);
