import { expect, test } from '@jest/globals';
import { parseCostRef } from './cost-ref.ts';

test('a cost is asked of a type and an id, which may hold colons itself', () => {
  expect(parseCostRef('memory:m1')).toEqual({ type: 'memory', id: 'm1' });
  expect(parseCostRef('search:a:b')).toEqual({ type: 'search', id: 'a:b' });
});

test.each(['', 'memory', 'memory:', ':m1', 'Memory:m1', 'memory:\0', `memory:${'x'.repeat(500)}`, 'memory:\ud800'])(
  '%j is no id of a cost',
  (id) => {
    expect(parseCostRef(id)).toBeNull();
  },
);
