import { expect, test } from '@jest/globals';
import { countWithoutVector } from './wait-for-vectors.ts';

test('memories without a vector are counted from what the search says of them, and other reasons are not', () => {
  const vector = (reason: string) => ({ part: 'VECTOR', reason });
  const missing = vector('310 memories have no vector yet and are found by words alone.');
  const language = vector("The embedding model does not know the question's language.");
  expect(countWithoutVector({ degraded: [language, missing] })).toBe(310);
  expect(countWithoutVector({ degraded: [language] })).toBe(0);
  expect(countWithoutVector({ degraded: [] })).toBe(0);
});
