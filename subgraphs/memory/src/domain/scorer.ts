import type { FeatureWeight } from './scorer-weights.ts';

/** Sum of weighted features, by the signal they belong to. */
export interface SignalSums {
  lexical: number;
  vector: number;
  recency: number;
  importance: number;
}

/** The signal of each feature that is not lexical. */
const SIGNAL_OF: ReadonlyMap<string, keyof SignalSums> = new Map([
  ['cosine', 'vector'],
  ['neighbourCosine', 'vector'],
  ['recency', 'recency'],
  ['importance', 'importance'],
]);

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
  const sums: SignalSums = { lexical: 0, vector: 0, recency: 0, importance: 0 };
  for (const feature of features) {
    const weight = weights[feature];
    const value = values[feature];
    if (!weight || value === null) continue;
    const part = (weight.weight * (value - (weight.centre ?? 0))) / weight.divisor;
    sums[SIGNAL_OF.get(feature) ?? 'lexical'] += part;
  }
  return sums;
}

export const totalOf = ({ lexical, vector, recency, importance }: SignalSums): number =>
  lexical + vector + recency + importance;

const DAY_MS = 86_400_000;
/** A day takes one hundredth: half after 69 days. The slowest that still tells this week from this quarter. */
const FADE_A_DAY = 0.01;

/** How recent something is: 1 now and in the future, towards 0 with age. */
export const recencyOf = (occurredAt: number, now: number): number =>
  Math.exp((-FADE_A_DAY * Math.max(0, now - occurredAt)) / DAY_MS);

/** The sum that scores one half: the median of the best hit, 5.97 on locomo-dev. */
const HALF = 6;

/** Below this sum, a score falls by e^(−1.95 × distance): the curve goes on with the same value and slope, and never reaches 0. */
const TAIL = 1;
const AT_TAIL = TAIL ** 2 / (TAIL ** 2 + HALF ** 2);
const TAIL_SLOPE = (2 * HALF ** 2) / (TAIL * (TAIL ** 2 + HALF ** 2));

/**
 * Squeezes a weighted sum into 0..1: s² ÷ (s² + 6²) from 1 on, and exponentially less below, where small projects lie whose words
 * are all common. It rises with the sum, so it never reorders.
 */
export const squash = (sum: number): number =>
  sum >= TAIL ? sum ** 2 / (sum ** 2 + HALF ** 2) : AT_TAIL * Math.exp(TAIL_SLOPE * (sum - TAIL));

/**
 * Each signal's share of the squashed score, which they add up to: in proportion to its part of the sum, so that a signal that
 * speaks against the hit has a negative share. (For a function of a sum that is 0 at 0 this is the integrated gradient from 0:
 * Sundararajan et al. 2017, "completeness".) Where the sum is below 1 proportions say nothing any more: there by e^part, as in a softmax.
 */
export function contributions(parts: readonly number[]): number[] {
  const sum = parts.reduce((total, part) => total + part, 0);
  const score = squash(sum);
  if (sum >= TAIL) return parts.map((part) => (part / sum) * score);
  const most = Math.max(...parts);
  const weights = parts.map((part) => Math.exp(part - most));
  const all = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (weight / all) * score);
}
