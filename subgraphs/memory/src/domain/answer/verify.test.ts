import { describe, expect, test } from '@jest/globals';
import { readFound } from './evidence.ts';
import { findQuote } from './find-quote.ts';
import { verifyAnswer } from './verify.ts';

const QUESTION = 'What did Ola do?';
const found = readFound(
  QUESTION,
  ['Ola: I sold my red car to Adam for 900 euros.', 'Ola adopted a grey cat named Moth.'].map((content, at) => ({
    memoryId: `m${at + 1}`,
    content,
    speaker: at === 0 ? 'Ola' : null,
    occurredAt: new Date('2026-03-01T00:00:00Z'),
    score: 0.5,
  })),
);
const verify = (text: string) => verifyAnswer(text, QUESTION, found);

describe('verifyAnswer', () => {
  test.each([
    ['marks before and behind full stops', 'Ola sold her red car [1]. She adopted a grey cat. [2]', 1],
    ['two marks in one pair of brackets', 'Ola sold her red car and adopted a grey cat [1, 2].', 1],
    ['a number that no memory holds', 'Ola sold her red car for 700 euros [1].', 0],
    ['a sentence without a mark', 'Ola sold her red car [1]. She moved to Rome.', 0.5],
    ['a mark of a memory that was not given', 'Ola sold her red car [7].', 0],
    ['a sentence that its memory does not speak of', 'Ola climbed a mountain in winter storms [2].', 0],
    ['a date that is its memory’s own', 'On 2026-03-01 Ola sold her red car [1].', 1],
    ['nothing at all', '', 0],
  ])('takes %s as it is', (_, text, groundedness) => {
    expect(verify(text).groundedness).toBe(groundedness);
  });

  test('quotes the closest sentence at its place, once for each memory that supports', () => {
    expect(verify('Ola sold her red car [1].').citations).toEqual([
      {
        index: 1,
        memoryId: 'm1',
        quote: 'I sold my red car to Adam for 900 euros.',
        start: 5,
        end: 45,
        relevance: 0.5,
        verified: true,
      },
    ]);
    expect(verify('Ola climbed a mountain in winter storms [2].').citations).toMatchObject([
      { index: 2, verified: false, start: null, end: null },
    ]);
  });
});

describe('findQuote', () => {
  test.each([
    ['I sold my car.', 'sold my car', { start: 2, end: 13 }],
    ['He said “no  way”\nand left', 'said "no way" and left', { start: 3, end: 26 }],
    ['🦔 ran', 'ran', { start: 3, end: 6 }],
    ['I sold my car.', 'sold the car', null],
    ['abc', '   ', null],
  ])('finds in %j the quote %j at its place', (text, quote, span) => {
    expect(findQuote(text, quote)).toEqual(span);
  });
});
