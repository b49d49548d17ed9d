import { expect, test } from '@jest/globals';
import { createLru } from './lru.ts';

test('a map of 2 entries forgets the one unused for longest', () => {
  const lru = createLru<number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3]);
});

test('setting an entry again replaces it and clear forgets all', () => {
  const lru = createLru<number>(2);
  lru.set('a', 1);
  lru.set('a', 2);
  lru.set('b', 3);
  expect(lru.get('a')).toBe(2);
  lru.clear();
  expect(lru.get('a')).toBeUndefined();
});
