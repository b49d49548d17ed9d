import { expect, test } from '@jest/globals';
import { createTagSets } from './tag-sets.ts';

test('rows with the same tags in any order share a set, and the last to go takes the tags with it', () => {
  const sets = createTagSets();
  const id = sets.acquire(['b', 'a', 'a']);
  expect(sets.acquire(['a', 'b'])).toBe(id);
  expect(sets.acquire([])).toBe(0);
  expect(sets.matching(['a'], ['b', 'unknown'])[id]).toBe(1);
  expect(sets.matching(['a', 'unknown'], []).includes(1)).toBe(false);
  sets.release(id);
  expect(sets.matching(['a'], [])[id]).toBe(1);
  sets.release(id);
  expect(sets.matching(['a'], []).includes(1)).toBe(false);
  const once = createTagSets();
  once.release(once.acquire(['a', 'b']));
  expect(sets.bytes()).toBe(once.bytes());
  for (let i = 0; i < 100; i++) sets.release(sets.acquire([`tag ${i}`]));
  expect(sets.bytes()).toBe(once.bytes());
});
