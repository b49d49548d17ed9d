import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createTokenizer } from './tokenizer.ts';
import { readPieces } from './weights.ts';

interface Answer {
  readonly text: string;
  readonly tokens: number[];
}

const file = new URL('../../fixtures/published-answers.json', import.meta.url);
const published: readonly Answer[] = JSON.parse(readFileSync(file, 'utf8')).texts;
const tokenize = createTokenizer(readPieces());

describe('the tokenizer', () => {
  test.each(published)('cuts %j as the published one does', ({ text, tokens }) => {
    expect(tokenize(text, Number.POSITIVE_INFINITY)).toEqual(tokens);
  });

  test.each(published)('with a limit of 10 gives the first 10 ids of %j', ({ text, tokens }) => {
    expect(tokenize(text, 10)).toEqual(tokens.slice(0, 10));
  });

  test('an empty text has no ids', () => {
    expect(tokenize('', 128)).toEqual([]);
  });

  test('65 536 characters with and without spaces give 128 ids', () => {
    expect(tokenize('the budget '.repeat(5958), 128)).toHaveLength(128);
    expect(tokenize('YWJj'.repeat(16_384), 128)).toHaveLength(128);
  });

  test('65 536 characters that it has no piece for are 2 ids: a space and one unknown', () => {
    expect(tokenize('字'.repeat(65_536), 128)).toEqual([tokenize(' ', 128)[0], 0]);
  });
});
