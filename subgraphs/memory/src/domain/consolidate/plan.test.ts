import { describe, expect, test } from '@jest/globals';
import type { Memory } from '../memory-row.ts';
import { type Candidate, groupAlike, planMerge, planPromotion } from './plan.ts';

const candidate = (
  content: string,
  more: Partial<Memory> = {},
  uses = 0,
  vector: number[] | null = [100, 1, 0],
): Candidate => ({
  memory: {
    id: content,
    layer: 'SEMANTIC',
    content,
    speaker: null,
    userId: null,
    agentId: null,
    sessionId: null,
    documentId: null,
    validTo: null,
    importance: 0.5,
    createdAt: new Date(0),
    ...more,
  } as Memory,
  vector: vector && Int8Array.from(vector),
  uses,
});
const group = (...candidates: readonly Candidate[]): string[][] => {
  const steps = groupAlike(candidates);
  for (let step = steps.next(); ; step = steps.next())
    if (step.done) return step.value.map((some) => some.map(({ memory }) => memory.content));
};

describe('groupAlike', () => {
  test('groups near-duplicates, the most important first', () => {
    expect(group(candidate('Ola likes green tea'), candidate('Ola likes the green tea', { importance: 0.9 }))).toEqual([
      ['Ola likes the green tea', 'Ola likes green tea'],
    ]);
  });

  test.each([
    ['a number', candidate('The fee is 30 euros a month'), candidate('The fee is 40 euros a month')],
    ['a "not"', candidate('Ola likes green tea'), candidate('Ola does not like green tea')],
    ['an n’t', candidate('Ola can drink green tea'), candidate("Ola can't drink green tea")],
    ['most words', candidate('Ola likes green tea'), candidate('Adam sold four old lamps')],
    ['the person', candidate('likes green tea'), candidate('likes the green tea', { userId: 'ola' })],
    ['the layer', candidate('likes green tea'), candidate('likes the green tea', { layer: 'PROCEDURAL' })],
    ['the meaning', candidate('likes green tea'), candidate('likes the green tea', {}, 0, [0, 100, 0])],
    ['the vector', candidate('likes green tea'), candidate('likes the green tea', {}, 0, null)],
  ])('keeps apart what differs in %s', (_, a, b) => {
    expect(group(a, b)).toEqual([]);
  });
});

describe('what a group becomes', () => {
  const episodes = (uses: number) => [
    candidate('Ola drinks green tea', { layer: 'EPISODIC', sessionId: 's' }, uses),
    candidate('Ola drinks green tea now', { layer: 'EPISODIC', sessionId: 's' }),
    candidate('Ola drinks the green tea', { layer: 'EPISODIC' }),
  ];

  test('episodes used 3 times are promoted, and repeats outside of a conversation archived', () => {
    expect(planPromotion(episodes(2))).toBeNull();
    expect(planPromotion(episodes(3))).toMatchObject({
      best: { content: 'Ola drinks green tea' },
      episodes: [{}, {}, {}],
      archived: [{ content: 'Ola drinks the green tea' }],
    });
    expect(planMerge(episodes(3))).toBeNull();
  });

  test('facts are merged into the first, and never promoted', () => {
    const facts = [candidate('a fact', {}, 9), candidate('the fact', {}, 9)];
    expect(planMerge(facts)).toMatchObject({ into: { content: 'a fact' }, from: [{ content: 'the fact' }] });
    expect(planPromotion(facts)).toBeNull();
  });
});
