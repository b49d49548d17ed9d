import { expect, test } from '@jest/globals';
import { fitSoftmax } from '../performance/lib/fit-softmax.ts';
import { createRandom } from '../performance/lib/random.ts';

const LENGTH = 3;

test('the fitted weights are those where the gradient of the loss is 0: relevance drawn from known weights gives them back', () => {
  const random = createRandom(3);
  const known = [1.5, -0.8, 0.4];
  const samples = Array.from({ length: 2_000 }, () => {
    const rows = Array.from({ length: 20 }, () => Array.from({ length: LENGTH }, () => random() * 4 - 2));
    const raised = rows.map((row) => Math.exp(row.reduce((sum, value, i) => sum + value * (known[i] ?? 0), 0)));
    let left = random() * raised.reduce((sum, value) => sum + value, 0);
    const drawn = raised.findIndex((value) => {
      left -= value;
      return left <= 0;
    });
    return { rows, relevant: [Math.max(0, drawn)] };
  });
  const weights = fitSoftmax(samples, 1e-6);
  known.forEach((weight, i) => {
    expect(Math.abs((weights[i] ?? 0) - weight)).toBeLessThan(0.12);
  });
});

test('a higher l2 draws weights towards 0', () => {
  const samples = [{ rows: [[1], [0]], relevant: [0] }];
  const [little = 0] = fitSoftmax(samples, 0.001);
  const [much = 0] = fitSoftmax(samples, 1);
  expect(much).toBeGreaterThan(0);
  expect(much).toBeLessThan(little);
});
