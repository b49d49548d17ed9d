import { describe, expect, test } from '@jest/globals';
import { createTokenCounter, tokensToHold } from './tokens.ts';

const count = createTokenCounter();
const GPT = { provider: 'openai', model: 'gpt-4o' };

describe('tokens', () => {
  test.each([
    ['openai', 'gpt-4o', 'Zażółć gęślą jaźń', 11],
    ['openai', 'gpt-4', 'Zażółć gęślą jaźń', 12],
    ['azure', 'text-embedding-3-small', 'hello world', 2],
    ['openai', 'gpt-4.1', 'hello world', 2],
  ])('%s/%s has the count of its own encoding for %p: %i', async (provider, model, text, tokens) => {
    expect(await count({ provider, model }, text)).toEqual({ tokens, exact: true });
  });

  test('of other families are counted by another’s encoding, marked, and held half as many again', async () => {
    const counted = await count({ provider: 'anthropic', model: 'claude-sonnet-4-5' }, 'hello world');
    expect(counted).toEqual({ tokens: 2, exact: false });
    expect(tokensToHold(counted)).toBe(3);
    expect(tokensToHold({ tokens: 3, exact: true })).toBe(3);
  });

  test('what looks like a control token is text', async () => {
    expect((await count(GPT, 'a <|endoftext|> b')).tokens).toBeGreaterThan(5);
    expect((await count(GPT, '')).tokens).toBe(0);
  });

  test('a run of 65 536 letters, spaces or ideographs is counted in pieces of 512', async () => {
    const whole = (await count(GPT, 'a'.repeat(512))).tokens;
    expect((await count(GPT, 'a'.repeat(65_536))).tokens).toBe(128 * whole);
    expect((await count(GPT, ' '.repeat(65_536))).tokens).toBeLessThan(65_536);
    expect((await count(GPT, '漢字'.repeat(32_768))).tokens).toBeGreaterThan(32_768);
  });
});
