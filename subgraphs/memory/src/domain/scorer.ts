import type { FeatureWeight } from './scorer-weights.ts';

/** Sum of weighted features, by the signal they belong to. */
export interface SignalSums {
  lexical: number;
  vector: number;
}

const VECTOR_FEATURES: ReadonlySet<string> = new Set(['cosine', 'neighbourCosine']);

/**
 * Weighs the features of one candidate: Σ weight × (value − centre) ÷ divisor. A feature that is null (a row without a
 * vector) counts as its centre, neither good nor bad. Fixed divisors, and nothing taken over the other candidates, so that a
 * sum means the same in every search.
 */
export function weighFeatures<F extends string>(
  weights: Readonly<Partial<Record<F, FeatureWeight>>>,
  values: Readonly<Record<F, number | null>>,
  features: readonly F[],
): SignalSums {
  const sums: SignalSums = { lexical: 0, vector: 0 };
  for (const feature of features) {
    const weight = weights[feature];
    const value = values[feature];
    if (!weight || value === null) continue;
    const part = (weight.weight * (value - (weight.centre ?? 0))) / weight.divisor;
    if (VECTOR_FEATURES.has(feature)) sums.vector += part;
    else sums.lexical += part;
  }
  return sums;
}

/** The sum that scores one half: near the median of the best hit, 6.4 on locomo-dev. */
const HALF = 6;

/**
 * Squeezes a weighted sum into 0..1: s² ÷ (s² + 6²), and 0 for sums below 0. It rises with the sum, so it never reorders.
 */
export function squash(sum: number): number {
  return sum <= 0 ? 0 : sum ** 2 / (sum ** 2 + HALF ** 2);
}

/**
 * A signal's share of the squashed score: in proportion to its part of the sum, so that the shares add up to the score. (For
 * a function of a sum that is 0 at 0 this is the integrated gradient from 0: Sundararajan et al. 2017, "completeness".)
 * A signal that speaks against the hit has a negative share.
 */
export function contribution(part: number, sum: number): number {
  return sum <= 0 ? 0 : (part * sum) / (sum ** 2 + HALF ** 2);
}
