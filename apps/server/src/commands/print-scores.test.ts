import { expect, test } from '@jest/globals';
import { formatLatency, formatScores } from './print-scores.ts';

const asked = (category: string | null, ranked: string, ms: number) => ({
  category,
  ranked: ranked.split(' '),
  relevant: new Set(['a']),
  serviceMs: ms,
  clientMs: ms + 1,
});

test('there is a row for each category, in the order of their numbers, and one for all', () => {
  expect(formatScores([asked('10', 'a', 1), asked('2', 'x a', 1), asked('2', 'x', 1)])).toBe(
    [
      'category  questions    R@5   R@10   R@20  MRR@20  nDCG@10  all@10',
      '2                 2  0.500  0.500  0.500   0.250    0.315   0.500',
      '10                1  1.000  1.000  1.000   1.000    1.000   1.000',
      'all               3  0.667  0.667  0.667   0.500    0.544   0.667',
    ].join('\n'),
  );
});

test('without categories there is one row', () => {
  expect(formatScores([asked(null, 'a', 1)]).split('\n')).toHaveLength(2);
});

test('latency is given as p50 and p95, in the service and seen from here', () => {
  const all = Array.from({ length: 20 }, (_, at) => asked(null, 'a', at + 1));
  expect(formatLatency(all)).toBe(
    ['latency             p50      p95', 'in the service  10.0 ms  19.0 ms', 'seen from here  11.0 ms  20.0 ms'].join(
      '\n',
    ),
  );
});
