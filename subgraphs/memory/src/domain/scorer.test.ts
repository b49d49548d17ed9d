import { describe, expect, test } from '@jest/globals';
import { contributions, squash, weighFeatures } from './scorer.ts';

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
    expect(weighFeatures(weights, { cosine: null }, ['cosine'])).toMatchObject({ lexical: 0, vector: 0 });
  });

  test('squash is one half at 6, above 0 everywhere, and rises with the sum towards 1', () => {
    expect(squash(6)).toBe(0.5);
    expect(squash(-8)).toBeGreaterThan(0);
    expect(squash(0)).toBeLessThan(0.005);
    for (let sum = -8; sum < 40; sum += 0.125) expect(squash(sum + 0.125)).toBeGreaterThan(squash(sum));
    expect(squash(1e6)).toBeLessThanOrEqual(1);
  });

  test('contributions add up to the score, in proportion to the parts where the sum is 1 or more', () => {
    for (const parts of [[3, 5], [7, -2], [-4, 1], [0.1, 0], [-900, 800], [2, 3, -1, 0.5], [6]]) {
      const sum = parts.reduce((total, part) => total + part, 0);
      expect(contributions(parts).reduce((total, share) => total + share, 0)).toBeCloseTo(squash(sum), 12);
    }
    expect(contributions([2, 4])[0]).toBeCloseTo(0.5 / 3, 12);
    expect(contributions([7, -1])[1]).toBeLessThan(0);
  });
});
