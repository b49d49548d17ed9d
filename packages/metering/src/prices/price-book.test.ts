import { describe, expect, test } from '@jest/globals';
import { formatUsd } from '../money.ts';
import { NO_USAGE, type Usage } from '../usage.ts';
import { costOf, worstCaseOf } from './cost-of.ts';
import { flatRate, localPrice, type Price } from './price.ts';
import { createPriceBook, type PriceOverride } from './price-book.ts';

const book = createPriceBook({ input: '10', output: '30' });
const NOW = new Date('2026-11-21T12:00:00Z');

const usage = (part: Partial<Usage>): Usage => ({ ...NO_USAGE, ...part });

const priceOf = (provider: string, model: string, at: Date = NOW): Price => {
  const price = book.priceAt(provider, model, at);
  if (!price) throw new Error(`${provider}/${model} has no price`);
  return price;
};

const usd = (price: Price, part: Partial<Usage>) => formatUsd(costOf(price, usage(part)));

describe('golden prices, to the last digit', () => {
  test('27 147 tokens of which 27 146 cached, and 351 written at 1.40 / 0.26 / 4.40 cost 0.00860376', () => {
    const price = {
      ...localPrice('x', 'y'),
      input: flatRate('1.40'),
      cachedInput: flatRate('0.26'),
      output: flatRate('4.40'),
    };
    expect(usd(price, { inputTokens: 27_147, cachedInputTokens: 27_146, outputTokens: 351 })).toBe('0.00860376');
  });

  test('262 960 tokens of which 257 955 cached, and 1 744 written by gemini-2.5-pro cost 0.10316125', () => {
    const part = { inputTokens: 262_960, cachedInputTokens: 257_955, outputTokens: 1_744 };
    expect(usd(priceOf('google', 'gemini-2.5-pro'), part)).toBe('0.10316125');
  });

  test('10 000 tokens of which 8 000 read and 1 000 written to the cache, and 500 written by claude-sonnet-4-5 cost 0.01665', () => {
    const part = { inputTokens: 10_000, cachedInputTokens: 8_000, cacheWriteTokens: 1_000, outputTokens: 500 };
    expect(usd(priceOf('anthropic', 'claude-sonnet-4-5'), part)).toBe('0.01665');
  });

  test('o3 costs 10 and 40 a million until 2025-06-10 begins in UTC, 2 and 8 from then on', () => {
    const part = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
    expect(usd(priceOf('openai', 'o3', new Date('2025-06-09T23:59:59.999Z')), part)).toBe('50');
    expect(usd(priceOf('openai', 'o3', new Date('2025-06-10T00:00:00.000Z')), part)).toBe('10');
  });

  test('a price says from when to when it is in force', () => {
    expect(priceOf('openai', 'o3', new Date('2025-01-01Z'))).toMatchObject({
      effectiveFrom: '1970-01-01T00:00:00.000Z',
      effectiveTo: '2025-06-10T00:00:00.000Z',
    });
    expect(priceOf('openai', 'o3')).toMatchObject({ effectiveFrom: '2025-06-10T00:00:00.000Z', effectiveTo: null });
  });

  test('200 000 tokens are of the lower tier, 200 001 are all of the higher one', () => {
    const gemini = priceOf('google', 'gemini-2.5-pro');
    expect(usd(gemini, { inputTokens: 200_000 })).toBe('0.25');
    expect(usd(gemini, { inputTokens: 200_001 })).toBe('0.5000025');
    expect(usd(gemini, { inputTokens: 200_001, outputTokens: 100 })).toBe('0.5015025');
  });

  test('a million calls of 3.5 millionths of a dollar cost 3.5 dollars', () => {
    const one = costOf({ ...localPrice('x', 'y'), input: flatRate('3.5') }, usage({ inputTokens: 1 }));
    expect(formatUsd(one * 1_000_000n)).toBe('3.5');
  });

  test('half a nano-dollar is rounded up, once for the whole line', () => {
    const price = { ...localPrice('x', 'y'), input: flatRate('0.0005'), output: flatRate('0.0005') };
    expect(costOf(price, usage({ inputTokens: 1 }))).toBe(1n);
    expect(costOf(price, usage({ inputTokens: 1, outputTokens: 1 }))).toBe(1n);
    expect(costOf({ ...price, input: flatRate('0.000499999') }, usage({ inputTokens: 1 }))).toBe(0n);
  });
});

describe('names', () => {
  test.each([
    ['openai/gpt-4o', null, 'openai', 'gpt-4o', '2.5'],
    ['gpt-4o', 'openai', 'openai', 'gpt-4o', '2.5'],
    ['openai/gpt-4o', 'OpenAI', 'openai', 'gpt-4o', '2.5'],
    ['azure/gpt-4o', null, 'azure', 'gpt-4o', '2.5'],
    ['gemini/gemini-2.5-pro', null, 'google', 'gemini-2.5-pro', '1.25'],
    ['models/gemini-2.5-pro', null, 'google', 'gemini-2.5-pro', '1.25'],
    ['vertex_ai/gemini-2.5-pro', null, 'google', 'gemini-2.5-pro', '1.25'],
    ['anthropic/claude-sonnet-4-5', null, 'anthropic', 'claude-sonnet-4-5', '3'],
    ['claude-sonnet-4.5', null, 'anthropic', 'claude-sonnet-4-5', '3'],
    ['claude-sonnet-4-5-20250929', null, 'anthropic', 'claude-sonnet-4-5-20250929', '3'],
    [
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      null,
      'aws',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      '3.3',
    ],
    ['bedrock/anthropic.claude-3-haiku-20240307-v1:0', null, 'aws', 'anthropic.claude-3-haiku-20240307-v1:0', '0.25'],
    ['text-embedding-3-small', null, 'openai', 'text-embedding-3-small', '0.02'],
    ['openrouter/openai/gpt-4o', null, 'openrouter', 'openai/gpt-4o', '2.5'],
    ['voyageai/voyage-3.5', null, 'voyage', 'voyage-3.5', '0.06'],
  ])('%s of %p is %s/%s, at %s a million', (name, given, provider, model, input) => {
    expect(book.normalise(name, given)).toEqual({ provider, model });
    expect(priceOf(provider, model).input.usd).toBe(input);
  });

  test('a model that nobody knows, or of a server of one’s own, has no price; never 0', () => {
    expect(book.priceAt('openai', 'gpt-nobody-made', NOW)).toBeNull();
    expect(book.priceAt('openai-compatible', 'gpt-4o', NOW)).toBeNull();
    expect(book.normalise('my-model')).toEqual({ provider: '', model: 'my-model' });
    expect(book.priceAt('', 'my-model', NOW)).toBeNull();
  });

  test('a model without a price costs what the fallback says where it is asked for', () => {
    const price = book.fallback('openai', 'gpt-nobody-made');
    expect(price.origin).toBe('FALLBACK');
    expect(usd(price, { inputTokens: 1_000, outputTokens: 1_000 })).toBe('0.04');
  });
});

describe('overrides', () => {
  const override = (id: string, from: string, inputPerMillion: string, created = from): PriceOverride => ({
    id,
    provider: 'openai',
    model: 'gpt-4o',
    inputPerMillion,
    outputPerMillion: '1',
    cachedInputPerMillion: null,
    cacheWritePerMillion: null,
    effectiveFrom: new Date(from),
    createdAt: new Date(created),
  });
  const overrides = [
    override('b', '2026-02-01Z', '2', '2026-02-03Z'),
    override('c', '2026-02-01Z', '3', '2026-02-04Z'),
    override('a', '2026-01-01Z', '1', '2026-03-01Z'),
  ];
  const at = (time: string) => book.priceAt('openai', 'gpt-4o', new Date(time), overrides);

  test('the one with the greatest beginning holds; of two with the same the one made last; before them the table', () => {
    expect(at('2025-12-31T23:59:59.999Z')).toMatchObject({ origin: 'TABLE', input: { usd: '2.5' } });
    expect(at('2026-01-15Z')).toMatchObject({ id: 'a', origin: 'OVERRIDE', effectiveTo: '2026-02-01T00:00:00.000Z' });
    expect(at('2026-02-01Z')).toMatchObject({ id: 'c', input: { usd: '3' }, effectiveTo: null });
  });

  test('are of exactly the model that they name, and price models that the table does not know', () => {
    expect(book.priceAt('openai', 'gpt-4o-mini', NOW, overrides)?.origin).toBe('TABLE');
    const mine = [{ ...override('m', '2026-01-01Z', '0.5'), provider: 'openai-compatible', model: 'mine' }];
    expect(book.priceAt('openai-compatible', 'mine', NOW, mine)?.input.usd).toBe('0.5');
    expect(book.listAt(NOW, mine).filter(({ origin }) => origin === 'OVERRIDE')).toHaveLength(1);
  });
});

test('the list holds every model once, by provider and model', () => {
  const list = book.listAt(NOW).map(({ provider, model }) => `${provider}/${model}`);
  expect(list.length).toBeGreaterThan(1_400);
  expect(new Set(list).size).toBe(list.length);
  expect(list).toEqual([...list].sort());
});

test('the worst case of a call is never less than the call costs, whatever the cache holds', () => {
  const sonnet = priceOf('anthropic', 'claude-sonnet-4-5');
  const worst = worstCaseOf(sonnet, 300_000, 500);
  const part = usage({ inputTokens: 300_000, cacheWriteTokens: 300_000, outputTokens: 500 });
  expect(costOf(sonnet, part)).toBeLessThanOrEqual(worst);
  expect(costOf(sonnet, usage({ inputTokens: 300_000, outputTokens: 500 }))).toBeLessThanOrEqual(worst);
});
