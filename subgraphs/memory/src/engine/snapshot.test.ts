import { expect, test } from '@jest/globals';
import { isNewer } from './snapshot.ts';

test.each([
  ['10:20:', '', true],
  ['', '10:20:', false],
  ['10:20:', '10:20:', false],
  ['9:21:9,12', '10:20:', true],
  ['11:20:11', '10:20:10,11', true],
  ['10:20:10', '10:20:10,11', true],
  ['10:20:10,11', '10:20:10', false],
  ['9007199254740993:9007199254740995:', '9007199254740993:9007199254740994:', true],
])('%p is newer than %p: %p', (a, b, expected) => {
  expect(isNewer(a, b)).toBe(expected);
});
