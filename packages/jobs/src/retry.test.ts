import { describe, expect, test } from '@jest/globals';
import { budgetDelayMs, nextDelayMs } from './retry.ts';

describe('the delay before the next attempt', () => {
  test('is at most 1 s after the first, doubles with each, and never passes 5 minutes', () => {
    const longest = Array.from({ length: 20 }, (_, n) => nextDelayMs(n + 1, 1));
    expect(longest.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map((s) => s * 1_000));
    expect(new Set(longest.slice(9))).toEqual(new Set([300_000]));
  });

  test('is spread evenly between a tenth and the whole of that', () => {
    expect([0, 0.5, 1].map((random) => nextDelayMs(5, random))).toEqual([1_600, 8_800, 16_000]);
  });
});

describe('the delay of a job that a budget refused', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  test.each([
    ['that of others where the budget does not reset', null, 300_000],
    ['that of others where the budget resets later', '2026-11-21T13:00:00Z', 300_000],
    ['the time until the budget resets', '2026-11-21T12:01:00.000Z', 60_000],
    ['1 s where it has reset by our clock', '2026-11-21T11:59:00Z', 1_000],
  ])('is %s', (_, resetsAt, expected) => {
    expect(budgetDelayMs(300_000, resetsAt, now)).toBe(expected);
  });
});
