import { expect, test } from '@jest/globals';
import { diversify } from './diversify.ts';

const HITS = [
  { name: 'a', topic: 'dog', score: 1 },
  { name: 'b', topic: 'dog', score: 0.9 },
  { name: 'c', topic: 'cat', score: 0.5 },
  { name: 'd', topic: 'cow', score: 0.4 },
];
const alike = (a: { topic: string }, b: { topic: string }) => (a.topic === b.topic ? 1 : 0);
const namesAt = (diversity: number, limit = 4) =>
  diversify(HITS, diversity, limit, alike)
    .map(({ name }) => name)
    .join('');

test('diversity 0 keeps the order, 0.5 puts what repeats last, 1 looks at variety alone', () => {
  expect(namesAt(0)).toBe('abcd');
  expect(namesAt(0.5)).toBe('acdb');
  expect(namesAt(1, 3)).toBe('acd');
});

test('no more than the limit is chosen, none of nothing', () => {
  expect(namesAt(0.3, 2)).toHaveLength(2);
  expect(diversify([], 0.5, 10, () => 0)).toEqual([]);
});
