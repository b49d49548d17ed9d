import { describe, expect, test } from '@jest/globals';
import { judgeRanking, meanQuality, quantileOf } from './quality.ts';

const ids = (count: number) => Array.from({ length: count }, (_, at) => `d${at}`);

describe('judgeRanking', () => {
  test('counts relevant ids to each depth, and discounts by place', () => {
    const quality = judgeRanking(ids(20), new Set(['d1', 'd7', 'd15', 'nowhere']));
    expect(quality).toMatchObject({ recallAt5: 0.25, recallAt10: 0.5, recallAt20: 0.75, reciprocalRank: 0.5 });
    const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4) + 1 / Math.log2(5);
    expect(quality.ndcgAt10).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(9)) / ideal, 12);
  });

  test('is 1 for a perfect ranking and 0 for one that finds nothing', () => {
    expect(judgeRanking(['a', 'b'], new Set(['b', 'a']))).toMatchObject({
      recallAt5: 1,
      reciprocalRank: 1,
      ndcgAt10: 1,
    });
    expect(judgeRanking([], new Set(['a']))).toEqual({
      recallAt5: 0,
      recallAt10: 0,
      recallAt20: 0,
      reciprocalRank: 0,
      ndcgAt10: 0,
    });
  });
});

test('means are taken over all cases, and quantiles by nearest rank', () => {
  const [good, bad] = [judgeRanking(['a'], new Set(['a'])), judgeRanking([], new Set(['a']))];
  expect(meanQuality([good, bad, bad, bad])).toMatchObject({ recallAt10: 0.25, reciprocalRank: 0.25 });
  expect([quantileOf([4, 1, 3, 2], 0.5), quantileOf([4, 1, 3, 2], 0.95), quantileOf([], 0.5)]).toEqual([2, 4, 0]);
});
