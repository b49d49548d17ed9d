import { expect, test } from '@jest/globals';
import { hashTerm, isGramHash } from './hash.ts';

test('300 000 short terms in three spaces, words and grams, have 600 000 different hashes of at most 53 bits', () => {
  const hashes = new Set<number>();
  for (let i = 0; i < 100_000; i++)
    for (const space of [0, 1, 2])
      for (const gram of [false, true]) {
        const hash = hashTerm(i.toString(36), space, gram);
        if (Number.isSafeInteger(hash) && hash > 0) hashes.add(hash);
      }
  expect(hashes.size).toBe(600_000);
});

test('grams and words are told apart, and a hash stays what it is: rows in databases hold it', () => {
  expect(isGramHash(hashTerm('book', 1, true))).toBe(true);
  expect(isGramHash(hashTerm('book', 1, false))).toBe(false);
  expect([hashTerm('book', 0, false), hashTerm('książka', 1, false), hashTerm('', 2, true)]).toMatchInlineSnapshot(`
[
  1463244248505374,
  5448594306675190,
  6072088767482259,
]
`);
});
