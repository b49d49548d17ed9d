import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../answer/evidence.ts';
import { groundStatement } from './ground.ts';
import { reflectionPrompt } from './prompt.ts';

const MEMORIES = ['Mel: The pottery class was fun.', 'Mel: I gave a clay bowl from pottery class to my sister.'].map(
  (content, at): Evidence => ({
    memoryId: `m${at + 1}`,
    content,
    speaker: 'Mel',
    occurredAt: new Date('2026-03-01T00:00:00Z'),
    score: 0,
  }),
);

describe('groundStatement', () => {
  test('keeps the sentences that the memories they cite support, without marks, and drops the others', () => {
    const text =
      'Mel had fun in a pottery class [1].\nShe flew to Rome in 1999 [2].\nMel gave her sister a clay bowl. [2]';
    expect(groundStatement(text, MEMORIES)).toEqual({
      summary: 'Mel had fun in a pottery class.',
      sentences: [
        { text: 'Mel had fun in a pottery class.', sourceIds: ['m1'] },
        { text: 'Mel gave her sister a clay bowl.', sourceIds: ['m2'] },
      ],
    });
  });

  test.each([
    ['nothing', ''],
    ['a sentence that cites nothing', 'Mel had fun in a pottery class.'],
    ['a sentence of something else', 'The mountain was snowed in all winter [1].'],
    ['a number that no memory holds', 'Mel had fun in 12 pottery classes [1].'],
  ])('gives null for %s', (_, text) => {
    expect(groundStatement(text, MEMORIES)).toBeNull();
  });

  test('keeps 8 of 9 supported sentences', () => {
    const text = Array.from({ length: 9 }, () => 'Mel had fun in a pottery class [1].').join('\n');
    expect(groundStatement(text, MEMORIES)?.sentences).toHaveLength(8);
  });
});

test('a reflection’s prompt holds a line of JSON for each memory, and its focus as data', () => {
  const lines = reflectionPrompt(MEMORIES, 'x\n"y"').split('\n');
  expect(lines.slice(1, 3).map((line) => JSON.parse(line).text)).toEqual(MEMORIES.map(({ content }) => content));
  expect(lines.at(-1)).toBe('Focus (also data): "x\\n\\"y\\""');
});
