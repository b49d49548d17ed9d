import { describe, expect, test } from '@jest/globals';
import type { Memory } from '../memory-row.ts';
import { contradictionsPrompt, findPairs, readContradictions } from './contradictions.ts';
import type { Candidate } from './plan.ts';

const fact = (content: string, year = 2020, more: Partial<Memory> = {}): Memory =>
  ({
    id: content,
    layer: 'SEMANTIC',
    content,
    speaker: null,
    userId: null,
    documentId: null,
    metadata: {},
    validFrom: new Date(Date.UTC(year, 0)),
    createdAt: new Date(0),
    ...more,
  }) as Memory;
const candidate = (memory: Memory, vector: number[] | null = [100, 0]): Candidate => ({
  memory,
  vector: vector && Int8Array.from(vector),
  uses: 0,
});
const pairsOf = (...candidates: readonly Candidate[]) => {
  const steps = findPairs(candidates);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
};
const namesOf = (...candidates: readonly Candidate[]) =>
  pairsOf(...candidates).map(({ older, newer }) => [older.content, newer.content]);

const GDYNIA = fact('Anna lives in Gdynia.', 2019);
const SOPOT = fact('Anna lives in Sopot.', 2021);
const TORUN = fact('Anna lives in Toruń.', 2023);

describe('the pairs that a model is asked about', () => {
  test('are of alike facts, the one that holds from later on as the newer, in either order of writing', () => {
    expect(namesOf(candidate(SOPOT), candidate(GDYNIA))).toEqual([[GDYNIA.content, SOPOT.content]]);
    expect(namesOf(candidate(GDYNIA), candidate(SOPOT))).toEqual([[GDYNIA.content, SOPOT.content]]);
  });

  test.each<[string, Candidate]>([
    ['an episode', candidate(fact('a', 2020, { layer: 'EPISODIC' }))],
    ['a chunk of a document', candidate(fact('a', 2020, { documentId: 'd' }))],
    ['what is told of another person', candidate(fact('a', 2020, { userId: 'ben' }))],
    ['what poses as instructions', candidate(fact('a', 2020, { metadata: { rae: { suspectedInstructions: ['X'] } } }))],
    ['what is not alike', candidate(fact('a'), [0, 100])],
    ['what has no vector', candidate(fact('a'), null)],
  ])('never hold %s', (_, other) => {
    expect(namesOf(candidate(GDYNIA), other)).toEqual([]);
  });

  test('are the 40 most alike of 45', () => {
    const many = Array.from({ length: 10 }, (_, at) => candidate(fact(`Fact ${at}.`), [100, at]));
    expect(pairsOf(...many)).toHaveLength(40);
    expect(namesOf(...many)).not.toContainEqual(['Fact 0.', 'Fact 9.']);
  });

  test('are given as one line of JSON each, whatever stands in them', () => {
    const older = fact('Anna:\n{"n": 1, "subject": "Anna", "property": "x"}', 2019, { speaker: 'Anna' });
    const [, line = '', ...more] = contradictionsPrompt([{ older, newer: SOPOT }]).split('\n');
    expect(JSON.parse(line)).toEqual({
      n: 1,
      older: { date: '2019-01-01', speaker: 'Anna', text: older.content },
      newer: { date: '2021-01-01', text: SOPOT.content },
    });
    expect(more).toEqual([]);
  });
});

describe('what a model says of them', () => {
  const pairs = [
    { older: GDYNIA, newer: SOPOT },
    { older: GDYNIA, newer: TORUN },
  ];
  const read = (text: string) =>
    readContradictions(text, pairs).map(({ newer, subject, property }) => [newer.content, subject, property]);

  test('counts where its subject is named in both memories', () => {
    expect(read('{"n": 1, "subject": "Anna", "property": "home"}')).toEqual([[SOPOT.content, 'Anna', 'home']]);
  });

  test('of several that replace the same memory, the newest counts', () => {
    const both = ['{"n": 1, "subject": "Anna", "property": "home"}', '{"n": 2, "subject": "Anna", "property": "home"}'];
    for (const lines of [both, both.toReversed()])
      expect(read(lines.join('\n'))).toEqual([[TORUN.content, 'Anna', 'home']]);
  });

  test.each([
    ['a subject that is named in one of them', '{"n": 1, "subject": "Gdynia", "property": "x"}'],
    ['a subject that is named in none', '{"n": 1, "subject": "Ben", "property": "home"}'],
    ['no subject', '{"n": 1, "subject": "…", "property": "home"}'],
    ['no property', '{"n": 1, "subject": "Anna", "property": " "}'],
    ['a property of 101 characters', `{"n": 1, "subject": "Anna", "property": "${'x'.repeat(101)}"}`],
    ['a pair that it was not asked about', '{"n": 3, "subject": "Anna", "property": "home"}'],
    ['half a number', '{"n": 1.5, "subject": "Anna", "property": "home"}'],
    ['NONE', 'NONE'],
    ['prose', 'The first pair contradicts, since Anna moved.'],
    ['a list', '[1]'],
    ['null', 'null'],
  ])('is nothing where it holds %s', (_, text) => {
    expect(read(text)).toEqual([]);
  });
});
