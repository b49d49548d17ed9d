import { expect, test } from '@jest/globals';
import { quantizeColumns } from './quantize.ts';

test('the largest magnitude of each column becomes 127 or −127, and every weight is met within half a step', () => {
  const matrix = Float32Array.of(0.5, -8, 0.1, 4, -0.2, 1);
  const { values, scales } = quantizeColumns(matrix, 2);
  expect([...values]).toEqual([127, -127, 25, 64, -51, 16]);
  for (const [index, weight] of matrix.entries()) {
    const step = scales[index % 2] ?? 0;
    expect(Math.abs((values[index] ?? 0) * step - weight)).toBeLessThanOrEqual(step / 2 + 1e-6);
  }
});

test('a column of zeros stays zeros', () => {
  expect([...quantizeColumns(Float32Array.of(0, 1, 0, 2), 2).values]).toEqual([0, 64, 0, 127]);
});
