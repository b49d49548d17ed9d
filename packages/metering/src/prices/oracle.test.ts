import { expect, test } from '@jest/globals';
import { calcPrice } from '@pydantic/genai-prices';
import type { Usage } from '../usage.ts';
import { costOf } from './cost-of.ts';
import { createPriceBook } from './price-book.ts';
import { readTable } from './read-table.ts';

const USAGES: readonly Usage[] = [
  { inputTokens: 1_000, outputTokens: 200, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
  { inputTokens: 200_000, outputTokens: 5_000, cachedInputTokens: 150_000, cacheWriteTokens: 0, reasoningTokens: 700 },
  { inputTokens: 400_001, outputTokens: 1, cachedInputTokens: 10, cacheWriteTokens: 300_000, reasoningTokens: 1 },
];
const TIMES = ['2024-06-01T03:00:00Z', '2026-05-01T17:00:00Z', '2026-11-21T12:00:00Z'].map((time) => new Date(time));

/** What the library itself says, in nano-dollars as a float; null when it knows no price. */
function ask(provider: string, model: string, timestamp: Date, usage: Usage): number | null {
  const result = calcPrice(
    {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_read_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      output_reasoning_tokens: usage.reasoningTokens,
    },
    model,
    { providerId: provider === 'voyage' ? 'voyageai' : provider, timestamp },
  );
  return result && result.total_price * 1e9;
}

test('all models of the table cost what the library that the prices come from says, at 3 times and with 3 usages', () => {
  const book = createPriceBook({ input: '10', output: '30' });
  const names = readTable().providers.flatMap(({ id, models }) => models.map(([model]) => [id, model] as const));
  const wrong: string[] = [];
  let compared = 0;
  for (const [provider, model] of names)
    for (const at of TIMES)
      for (const usage of USAGES) {
        const expected = ask(provider, model, at, usage);
        const price = book.priceAt(provider, model, at);
        if (expected === null || !price) continue;
        compared++;
        // Half a nano-dollar is rounded; a rate of 1/12 dollar is kept to 9 digits; the rest is the library's floats.
        const difference = Math.abs(Number(costOf(price, usage)) - expected);
        if (difference > 1 + expected * 1e-8) wrong.push(`${provider}/${model} ${at.toISOString()} ${difference}`);
      }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(12_000);
});
