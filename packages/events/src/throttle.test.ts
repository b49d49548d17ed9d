import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { throttle } from './throttle.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('runs at once on the first hint, once more for all hints within 50 ms, and not again without one', () => {
  let runs = 0;
  const { hint } = throttle(() => runs++, 50);
  hint();
  expect(runs).toBe(1);
  for (let at = 0; at < 10; at++) hint();
  expect(runs).toBe(1);
  jest.advanceTimersByTime(50);
  expect(runs).toBe(2);
  jest.advanceTimersByTime(500);
  expect(runs).toBe(2);
  hint();
  expect(runs).toBe(3);
});

test('runs no more for old hints once it is stopped', () => {
  let runs = 0;
  const { hint, stop } = throttle(() => runs++, 50);
  hint();
  hint();
  stop();
  jest.advanceTimersByTime(100);
  expect(runs).toBe(1);
});
