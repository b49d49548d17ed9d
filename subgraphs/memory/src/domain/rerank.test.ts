import { expect, test } from '@jest/globals';
import { readParaphrases } from './paraphrases.ts';
import { addRerank } from './rerank.ts';

const hit = (mid: number, score: number) => ({
  mid,
  score,
  signals: [
    { signal: 'LEXICAL' as const, rank: 1, rawScore: 3, contribution: score + 0.1 },
    { signal: 'VECTOR' as const, rank: 2, rawScore: 0.4, contribution: -0.1 },
  ],
});

test('a reranker counts 7 tenths, has a share of its own, and the shares add up to the score', () => {
  const judged = addRerank([hit(1, 0.8), hit(2, 0.5), hit(3, 0.2)], [0.1, 0.9, 0.5]);
  expect(judged.map(({ mid }) => mid)).toEqual([2, 3, 1]);
  for (const { score, signals } of judged)
    expect(signals.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 12);
  expect(judged[0]?.score).toBeCloseTo(0.7 * 0.9 + 0.3 * 0.5, 12);
  expect(judged[0]?.signals[2]).toEqual({
    signal: 'RERANK',
    rank: 1,
    rawScore: 0.9,
    contribution: expect.closeTo(0.63, 12),
  });
});

test('wordings are read from lines, without numbers, repeats, the question itself and essays', () => {
  const answer = `1. Where does Ann live?\n- Where is Ann's home?\n\nWHO is ann?\nWhere is Ann's home?\n${'x'.repeat(400)}\nAnn's address?`;
  expect(readParaphrases(answer, 'Who is Ann?')).toEqual([
    'Where does Ann live?',
    "Where is Ann's home?",
    "Ann's address?",
  ]);
  expect(readParaphrases('', 'Who?')).toEqual([]);
});
