import { describe, expect, test } from '@jest/globals';
import { nextDelayMs } from './retry.ts';

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
