import { expect, test } from '@jest/globals';
import { checkUsage, NO_USAGE, type Usage } from './usage.ts';

const usage = (part: Partial<Usage>): Usage => ({ ...NO_USAGE, ...part });

test('parts that fill their whole are right', () => {
  const full = usage({
    inputTokens: 10,
    cachedInputTokens: 8,
    cacheWriteTokens: 2,
    outputTokens: 5,
    reasoningTokens: 5,
  });
  expect(checkUsage('input.usage', full)).toEqual(full);
});

test.each<[Partial<Usage>, string]>([
  [{ inputTokens: -1 }, 'inputTokens'],
  [{ outputTokens: 1.5 }, 'outputTokens'],
  [{ inputTokens: Number.NaN }, 'inputTokens'],
  [{ inputTokens: 2 ** 53 }, 'inputTokens'],
  [{ inputTokens: Number.POSITIVE_INFINITY }, 'inputTokens'],
  [{ inputTokens: 10, cachedInputTokens: 8, cacheWriteTokens: 3 }, 'cachedInputTokens'],
  [{ inputTokens: 10, cacheWriteTokens: -1 }, 'cacheWriteTokens'],
  [{ outputTokens: 5, reasoningTokens: 6 }, 'reasoningTokens'],
])('%j is BAD_USER_INPUT that names %s', (part, field) => {
  expect(() => checkUsage('input.usage', usage(part))).toThrow(
    expect.objectContaining({
      code: 'BAD_USER_INPUT',
      details: expect.objectContaining({ field: `input.usage.${field}` }),
    }),
  );
});
