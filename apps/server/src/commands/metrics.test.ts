import { describe, expect, test } from '@jest/globals';
import { allAt, ndcgAt, percentile, recallAt, reciprocalRankAt, scoreAnswers } from './metrics.ts';

const answer = (ranked: string, relevant: string) => ({
  ranked: ranked.split(' '),
  relevant: new Set(relevant.split(' ')),
});

describe('recallAt', () => {
  test('2 of 4 relevant documents among the first 5 are one half, and 3 of 4 among the first 6 three quarters', () => {
    expect(recallAt(5, answer('a x b x2 x3 c', 'a b c d'))).toBe(0.5);
    expect(recallAt(6, answer('a x b x2 x3 c', 'a b c d'))).toBe(0.75);
  });

  test('is 0 where none is found, and where nothing is', () => {
    expect(recallAt(5, answer('x y z', 'a'))).toBe(0);
    expect(recallAt(5, { ranked: [], relevant: new Set(['a']) })).toBe(0);
  });

  test('a document that comes twice counts once, and takes one place', () => {
    expect(recallAt(2, answer('a a b', 'a b'))).toBe(1);
    expect(ndcgAt(10, answer('a a', 'a b'))).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 12);
  });
});

test('all@k is 1 with every relevant document among the first k, and 0 with all but one', () => {
  expect(allAt(3, answer('b x a', 'a b'))).toBe(1);
  expect(allAt(2, answer('b x a', 'a b'))).toBe(0);
});

describe('reciprocalRankAt', () => {
  test('a first relevant document in place 3 gives one third, whatever follows', () => {
    expect(reciprocalRankAt(20, answer('x y a b', 'a b'))).toBeCloseTo(1 / 3, 12);
  });

  test('place 20 counts at a depth of 20, and place 21 does not', () => {
    const nineteen = Array.from({ length: 19 }, (_, at) => `x${at}`).join(' ');
    expect(reciprocalRankAt(20, answer(`${nineteen} a`, 'a'))).toBe(0.05);
    expect(reciprocalRankAt(20, answer(`${nineteen} x19 a`, 'a'))).toBe(0);
  });
});

describe('ndcgAt', () => {
  test('relevant documents in places 1 and 3, of 2, give 1.5 ÷ 1.6309', () => {
    expect(ndcgAt(10, answer('a x b', 'a b'))).toBeCloseTo(0.9197207891, 9);
  });

  test('the best order gives 1, also when more are relevant than k', () => {
    expect(ndcgAt(10, answer('b a x', 'a b'))).toBe(1);
    expect(ndcgAt(2, answer('a b', 'a b c'))).toBe(1);
  });

  test('one relevant document in place 10 gives 1 ÷ log2(11), and in place 11 nothing', () => {
    expect(ndcgAt(10, answer('1 2 3 4 5 6 7 8 9 a', 'a'))).toBeCloseTo(0.2890648263, 9);
    expect(ndcgAt(10, answer('1 2 3 4 5 6 7 8 9 0 a', 'a'))).toBe(0);
  });

  test('documents of equal score count in the order in which the search gives them', () => {
    expect(ndcgAt(10, answer('a x', 'a'))).toBe(1);
    expect(ndcgAt(10, answer('x a', 'a'))).toBeCloseTo(0.6309297536, 9);
  });
});

describe('scoreAnswers', () => {
  test('takes the mean over questions, each counting the same', () => {
    const scores = scoreAnswers([answer('a b', 'a b'), answer('x y c', 'c'), answer('x', 'd'), answer('e x', 'e f')]);
    expect(scores.questions).toBe(4);
    expect(scores.recallAt5).toBe(2.5 / 4);
    expect(scores.mrrAt20).toBeCloseTo((1 + 1 / 3 + 0 + 1) / 4, 12);
    expect(scores.allAt10).toBe(0.5);
    expect(scores.ndcgAt10).toBeCloseTo((1 + 0.5 + 0 + 0.6131471928) / 4, 9);
  });

  test('of no questions is 0', () => {
    expect(scoreAnswers([]).recallAt10).toBe(0);
  });
});

test('the percentile of nearest rank: of 1 to 20 the 50th is 10 and the 95th 19, of 3 the 95th the largest', () => {
  const values = Array.from({ length: 20 }, (_, at) => 20 - at);
  expect(percentile(values, 0.5)).toBe(10);
  expect(percentile(values, 0.95)).toBe(19);
  expect(percentile([1, 3, 2], 0.95)).toBe(3);
  expect(percentile([7], 0.95)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});
