import { expect, test } from '@jest/globals';
import { judgeImportance } from './importance.ts';

const words = (count: number): string =>
  Array.from({ length: count }, (_, at) => `word${String.fromCharCode(97 + (at % 26), 97 + Math.floor(at / 26))}`).join(
    ' ',
  );

test.each([
  ['WORKING', 0.2],
  ['EPISODIC', 0.3],
  ['SEMANTIC', 0.5],
  ['PROCEDURAL', 0.5],
  ['REFLECTIVE', 0.6],
] as const)(
  'a %s memory without words of substance is judged %d, and 0.3 more with 60 or more of them',
  (layer, base) => {
    expect(judgeImportance('ok, so be it', layer)).toBe(base);
    expect(judgeImportance(words(60), layer)).toBeCloseTo(base + 0.3, 9);
    expect(judgeImportance(words(600), layer)).toBeCloseTo(base + 0.3, 9);
  },
);

test('30 different words weigh half as much as 60, and a word that is repeated counts once', () => {
  expect(judgeImportance(words(30), 'EPISODIC')).toBe(0.45);
  expect(judgeImportance(`${words(30)} ${words(30)}`, 'EPISODIC')).toBe(0.45);
});
