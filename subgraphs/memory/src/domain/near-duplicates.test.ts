import { expect, test } from '@jest/globals';
import { likenessOf, sharedWords } from './near-duplicates.ts';

test('words are shared whatever their case and signs: 4 of 6 are 0.667', () => {
  expect(sharedWords('Łódź lies in Poland', 'łódź, LIES in Poland!')).toBe(1);
  expect(sharedWords('a b c d e', 'b c d e f')).toBeCloseTo(4 / 6, 9);
  expect(sharedWords('one', 'two')).toBe(0);
});

test('from a cosine of 0.97, or 0.8 of the words, two are nearly equal; the more alike counts', () => {
  expect(likenessOf('one', 'two', 0.97)).toBe(0.97);
  expect(likenessOf('one', 'two', 0.969)).toBeNull();
  expect(likenessOf('a b c d e', 'a b c d', null)).toBe(0.8);
  expect(likenessOf('a b c d', 'a b c', null)).toBeNull();
});
