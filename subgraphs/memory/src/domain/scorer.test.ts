import { describe, expect, test } from '@jest/globals';
import { contribution, squash, weighFeatures } from './scorer.ts';

describe('the scorer', () => {
  test('sums weight × (value − centre) ÷ divisor, cosines apart from the rest', () => {
    const weights = {
      own: { weight: 2, divisor: 4 },
      cosine: { weight: 1, divisor: 0.1, centre: 0.3 },
      date: { weight: 2, divisor: 1 },
    };
    const sums = weighFeatures(weights, { own: 10, cosine: 0.5, date: 1, unknown: 9 }, [
      'own',
      'cosine',
      'date',
      'unknown',
    ]);
    expect(sums.lexical).toBeCloseTo(7, 12);
    expect(sums.vector).toBeCloseTo(2, 12);
  });

  test('a feature that is null counts as its centre', () => {
    const weights = { cosine: { weight: 1, divisor: 0.1, centre: 0.3 } };
    expect(weighFeatures(weights, { cosine: null }, ['cosine'])).toEqual({ lexical: 0, vector: 0 });
  });

  test('squash rises from 0 at 0 over one half at 6 towards 1', () => {
    expect([squash(-3), squash(0), squash(6)]).toEqual([0, 0, 0.5]);
    for (let sum = 0; sum < 40; sum += 0.5) expect(squash(sum + 0.5)).toBeGreaterThan(squash(sum));
    expect(squash(1e6)).toBeLessThanOrEqual(1);
  });

  test('contributions are in proportion to the parts and add up to the score', () => {
    for (const [a, b] of [
      [3, 5],
      [7, -2],
      [-4, 1],
      [0.1, 0],
    ] as const)
      expect(contribution(a, a + b) + contribution(b, a + b)).toBeCloseTo(squash(a + b), 12);
    expect(contribution(2, 6)).toBeCloseTo(0.5 / 3, 12);
  });
});
