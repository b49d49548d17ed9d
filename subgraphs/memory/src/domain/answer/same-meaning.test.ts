import { describe, expect, test } from '@jest/globals';
import type { Memory } from '../memory-row.ts';
import { findSameMeaning, type KeptMeaning } from './same-meaning.ts';

const WRITTEN = new Date('2026-03-02T00:00:00Z');
const kept = (more: Partial<KeptMeaning> = {}): KeptMeaning => ({
  id: 'a1',
  question: 'Where does Ola live now?',
  text: 'In Gdańsk [1].',
  citations: [],
  groundedness: 1,
  model: 'openai/x',
  createdAt: WRITTEN,
  vector: new Float32Array([1, 0]),
  cited: { m1: 1 },
  ...more,
});
const memory = (id: string, version = 1, createdAt = new Date('2026-03-01T00:00:00Z')) =>
  [id, { id, version, createdAt } as Memory] as const;
const find = (question: string, at: number, ...found: (readonly [string, Memory])[]) => {
  const vector = new Float32Array([Math.cos(at), Math.sin(at)]);
  return findSameMeaning(question, vector, new Map(found), [kept()])?.id ?? null;
};

describe('findSameMeaning', () => {
  test('finds the answer to a question at a cosine of .97 or more', () => {
    expect(find('At which place does Ola live?', Math.acos(0.971), memory('m1'))).toBe('a1');
    expect(find('At which place does Ola live?', Math.acos(0.969), memory('m1'))).toBeNull();
  });

  test.each([
    ['another name', 'Where does Ben live now?', [memory('m1')]],
    ['another number', 'Where does Ola live now, in flat 7?', [memory('m1')]],
    ['a cited memory that was changed', 'Where does Ola live?', [memory('m1', 2)]],
    ['a cited memory that is not seen', 'Where does Ola live?', [memory('m2')]],
    ['a memory that came later', 'Where does Ola live?', [memory('m1'), memory('m2', 1, new Date('2026-03-03'))]],
  ])('finds none for %s', (_, question, found) => {
    expect(find(question, 0, ...found)).toBeNull();
  });

  test('takes the most alike of several', () => {
    const far = kept({ id: 'far', vector: new Float32Array([Math.cos(0.2), Math.sin(0.2)]) });
    const found = new Map([memory('m1')]);
    expect(findSameMeaning('Where does Ola live?', new Float32Array([1, 0]), found, [far, kept()])?.id).toBe('a1');
  });
});
