import { expect, test } from '@jest/globals';
import { readExamples } from './material.ts';

test('the examples hold 132 turns of 3 speakers in 8 sessions, sections of 10 documents, and 8 questions', async () => {
  const { project, memories, questions } = await readExamples();
  const turns = memories.filter(({ input }) => input.layer === 'EPISODIC');
  const sections = memories.filter(({ input }) => input.layer === 'SEMANTIC');
  expect(project).toBe('demo');
  expect(turns).toHaveLength(132);
  expect(new Set(turns.map(({ input }) => input.speaker))).toEqual(new Set(['Iskra', 'Marta', 'Tom']));
  expect(new Set(turns.map(({ input }) => input.sessionId)).size).toBe(8);
  expect(new Set(sections.map(({ input }) => input.source)).size).toBe(10);
  expect(questions).toHaveLength(8);
});

test('ids of the examples differ, and turns stand in the order in which they were said', async () => {
  const { memories } = await readExamples();
  const times = memories.flatMap(({ input }) => input.occurredAt ?? []);
  expect(new Set(memories.map(({ id }) => id)).size).toBe(memories.length);
  expect(times).toEqual(times.toSorted());
});
