import { expect, test } from '@jest/globals';
import { splitVectors } from './split-vectors.ts';

test('an answer is cut into copies of its vectors', () => {
  const answer = Float32Array.of(1, 0, 0.6, 0.8);
  const vectors = splitVectors(answer, 2, 2);
  answer.fill(9);
  expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0.6, 0.8)]);
});

test.each([
  ['too few numbers', Float32Array.of(1, 0, 1)],
  ['too many numbers', Float32Array.of(1, 0, 1, 0, 1)],
  ['NaN', Float32Array.of(1, 0, Number.NaN, 0)],
  ['infinity', Float32Array.of(1, 0, Number.POSITIVE_INFINITY, 0)],
  ['only zeros', Float32Array.of(1, 0, 0, 0)],
  ['a length of 1.1', Float32Array.of(1, 0, 1.1, 0)],
])('%s are refused', (_, answer) => {
  expect(() => splitVectors(answer, 2, 2)).toThrow('the encoder answered');
});
