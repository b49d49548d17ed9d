import { expect, test } from '@jest/globals';
import { clearRows, scoreRows } from './candidates.ts';
import { createCosines } from './cosines.ts';
import { turnFeatures } from './features.ts';
import { packLex } from './lex.ts';
import { finishLoading, loadRows, loadVectors } from './load.ts';
import { runAll } from './maintain.ts';
import { packRecord, packVector } from './pack-record.ts';
import { createProjectIndex } from './project-index.ts';
import { quantise } from './quantise.ts';
import { isTold, namesSpeaker, readQuestion } from './question.ts';
import { askVector } from './vectors.ts';
import { createWindowScorer } from './window.ts';

const SCALE = 127;
const TALK = [
  { text: 'Where is the violin?', speaker: 'Bob', vector: [1, 0] },
  { text: 'In the attic, I think.', speaker: 'Anna Nowak', vector: [0.6, 0.8] },
  { text: 'The violin case is there. What else?', speaker: 'Bob', vector: null },
  { text: 'The violin, the violin and the violin again', speaker: 'Bob', vector: [0, 1], status: 3 },
  { text: 'Nothing else', speaker: 'Bob', vector: [0, 1] },
];

interface Turn {
  readonly text: string;
  readonly speaker: string;
  readonly vector: readonly number[] | null;
  readonly status?: number;
}

function featuresOf(text: string, talk: readonly Turn[] = TALK) {
  const index = createProjectIndex({ dimensions: 16, scale: SCALE, languages: null });
  const rows = talk.map((turn, i) =>
    packRecord({ mid: i + 1, turn: i, session: 's', status: 1, ...turn, lex: packLex(turn.text), occurredAt: 0 }),
  );
  const vectors = talk.flatMap(({ vector }, i) =>
    vector
      ? [
          packVector(
            i + 1,
            quantise(
              Float32Array.from({ length: 16 }, (_, k) => vector[k] ?? 0),
              SCALE,
            ),
          ),
        ]
      : [],
  );
  runAll(loadRows(index, Buffer.concat(rows)));
  runAll(loadVectors(index, Buffer.concat(vectors)));
  runAll(finishLoading(index, '1:1:'));
  if (index.vectors)
    askVector(
      index.vectors,
      Float32Array.from({ length: 16 }, (_, k) => (k === 0 ? 1 : 0)),
    );
  const question = readQuestion(index, text, true);
  const visible = index.columns.active;
  scoreRows(index, question, visible, 50);
  const { own, termPlace } = index.scratch;
  const windows = createWindowScorer(index, visible, question.terms, own.values, termPlace);
  const cosines = createCosines(index, true);
  cosines.fetch(talk.keys());
  const source = { question, visible, windows, cosines, named: new Map(), sessionBest: new Map(), now: 0 };
  const features = talk.map((_, slot) => turnFeatures(index, source, slot));
  clearRows(index, question);
  return features;
}

test('a turn has its own BM25 and that of the question before it, none from archived turns', () => {
  const [first, second, third, , last] = featuresOf('violin');
  expect(first?.own).toBeGreaterThan(0);
  expect([second?.own, last?.own]).toEqual([0, 0]);
  expect(second?.previousQuestion).toBe(first?.own);
  expect(third?.previousQuestion).toBe(0);
  expect(last?.previousQuestion).toBe(third?.own);
});

test('the surroundings are the root of window times best of the session, and 0 where no turn nearby shares a word', () => {
  const far = ['Tell me about the violin', ...Array.from({ length: 6 }, (_, i) => `Something else ${i}`)];
  const rows = featuresOf(
    'violin',
    far.map((text) => ({ text, speaker: 'Bob', vector: null })),
  );
  const [first, , third, fourth] = rows;
  expect(first?.surroundings).toBeGreaterThan(third?.surroundings ?? 0);
  expect(third?.surroundings).toBeGreaterThan(0);
  expect(fourth?.surroundings).toBe(0);
});

test('cosines are those of the turn and the mean of its visible neighbours that have one', () => {
  const [first, second, third, , last] = featuresOf('violin');
  expect(first?.cosine).toBeCloseTo(1, 2);
  expect(second?.cosine).toBeCloseTo(0.6, 2);
  expect(third?.cosine).toBe(null);
  expect(first?.neighbourCosine).toBeCloseTo(0.6, 2);
  expect(second?.neighbourCosine).toBeCloseTo(1, 2);
  expect(third?.neighbourCosine).toBeCloseTo(0.3, 2);
  expect(last?.neighbourCosine).toBe(null);
});

test('flags tell a question at the end, the speaker that is named, and the date', () => {
  const features = featuresOf('What did Anna say in January 1970?');
  expect(features.map(({ question }) => question)).toEqual([1, 0, 1, 0, 0]);
  expect(features.map(({ speaker }) => speaker)).toEqual([0, 1, 0, 0, 0]);
  expect(features.map(({ date }) => date)).toEqual([1, 1, 1, 1, 1]);
  expect(featuresOf('violin').map(({ date }) => date)).toEqual([0, 0, 0, 0, 0]);
});

test('informativeness is ln(1 + sum of the idf of the distinct words)', () => {
  const [, second] = featuresOf('violin');
  const idf = (holding: number) => Math.log(1 + (4 - holding + 0.5) / (holding + 0.5));
  expect(second?.informativeness).toBeCloseTo(Math.log(1 + idf(1) + idf(1)), 10);
});

test('an instant is told in one of many intervals from its first millisecond until before its last', () => {
  const told = Array.from({ length: 7 }, (_, i) => ({ from: i * 100, to: i * 100 + 30 }));
  const inside = Array.from({ length: 800 }, (_, i) => i - 50).filter((at) => isTold(told, at));
  expect(inside).toEqual(told.flatMap(({ from }) => Array.from({ length: 30 }, (_, i) => from + i)));
  expect(isTold([], 5)).toBe(false);
});

test.each([
  ['what did anna nowak say', 'Anna Nowak', true],
  ['what did nowak say', 'Anna Nowak', true],
  ['what did annabel say', 'Anna Nowak', false],
  ['what did al say', 'Al Nowak', false],
  ['what did al say', 'Al', true],
  ['what did the manager say', 'Project Manager', false],
  ['what did the project manager say', 'Project Manager', true],
  ['who spoke', '…', false],
])('%p names %p: %p', (text, speaker, expected) => {
  expect(namesSpeaker(readQuestion(createProjectIndex(null), text, true), speaker)).toBe(expected);
});
