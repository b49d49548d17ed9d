import { expect, test } from '@jest/globals';
import { createVectorCache } from './vector-cache.ts';

test('a kept vector is found, and neither changing what was kept nor what was found changes it', () => {
  const cache = createVectorCache();
  const kept = Float32Array.of(1, 2);
  cache.keep('text', kept);
  kept.fill(9);
  cache.find('text')?.fill(9);
  expect(cache.find('text')).toEqual(Float32Array.of(1, 2));
  expect(cache.find('other')).toBeNull();
});

test('of 2 001 texts the one that was used longest ago is gone', () => {
  const cache = createVectorCache();
  for (let index = 0; index < 2000; index++) cache.keep(`${index}`, Float32Array.of(index));
  cache.find('0');
  cache.keep('2000', Float32Array.of(2000));
  expect(cache.find('1')).toBeNull();
  expect(cache.find('0')).toEqual(Float32Array.of(0));
  expect(cache.find('2000')).toEqual(Float32Array.of(2000));
});

test('a text of 1 001 characters is not kept', () => {
  const cache = createVectorCache();
  cache.keep('x'.repeat(1001), Float32Array.of(1));
  expect(cache.find('x'.repeat(1001))).toBeNull();
});
