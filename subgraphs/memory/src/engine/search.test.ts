import { describe, expect, test } from '@jest/globals';
import type { ScorerConfig } from '../domain/scorer-weights.ts';
import { packLex } from './lex.ts';
import { finishLoading, loadRows, loadVectors } from './load.ts';
import { runAll } from './maintain.ts';
import { packRecord, packVector, type RecordInput } from './pack-record.ts';
import { createProjectIndex, type ProjectIndex } from './project-index.ts';
import { quantise } from './quantise.ts';
import { createChance, someRow, someText } from './random.fixture.ts';
import { type RankQuery, rank } from './search.ts';

const MODEL = { dimensions: 16, scale: 120, languages: ['en'] };
const DAY = 86_400_000;

interface Memory extends Partial<RecordInput> {
  readonly text: string;
  readonly vector?: readonly number[];
}

const vectorOf = (values: readonly number[]): Float32Array => {
  const vector = Float32Array.from({ length: 16 }, (_, i) => values[i] ?? 0);
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
};

function indexOf(memories: readonly Memory[]): ProjectIndex {
  const index = createProjectIndex(MODEL);
  const rows = memories.map(({ text, vector: _, ...row }, i) =>
    packRecord({ mid: i + 1, turn: i, lex: packLex(text, row.speaker ?? null), ...row }),
  );
  const vectors = memories.flatMap(({ vector }, i) =>
    vector ? [packVector(i + 1, quantise(vectorOf(vector), MODEL.scale))] : [],
  );
  runAll(loadRows(index, Buffer.concat(rows)));
  runAll(loadVectors(index, Buffer.concat(vectors)));
  runAll(finishLoading(index, '1:1:'));
  return index;
}

const ask = (index: ProjectIndex, text: string, more: Partial<RankQuery> = {}) =>
  rank(index, { text, vector: null, signals: null, filter: null, limit: 10, ...more });
const midsOf = (index: ProjectIndex, text: string, more: Partial<RankQuery> = {}) =>
  ask(index, text, more).hits.map(({ mid }) => mid);

// BM25 of the row's own text alone.
const OWN: ScorerConfig = {
  full: { turn: { own: { weight: 1, divisor: 1 } }, document: { own: { weight: 1, divisor: 1 } } },
  lexical: { turn: { own: { weight: 1, divisor: 1 } }, document: { own: { weight: 1, divisor: 1 } } },
};

describe('rank', () => {
  test('BM25 is ln(1 + (N − n + .5) / (n + .5)) × tf × 1.9 / (tf + .9 × (.6 + .4 × length / average)) over ACTIVE rows', () => {
    const index = indexOf([
      { text: 'lake lake boat' },
      { text: 'lake' },
      { text: 'garden tools' },
      { text: 'lake garden kitchen', status: 3, archivedAt: 5 },
    ]);
    const { hits } = ask(index, 'lake', { scorer: OWN });
    const idf = Math.log(1 + (3 - 2 + 0.5) / 2.5);
    const bm25 = (tf: number, length: number) => (idf * tf * 1.9) / (tf + 0.9 * (0.6 + (0.4 * length) / 2));
    expect(hits.map(({ mid }) => mid)).toEqual([1, 2]);
    expect(hits[0]?.signals[0]?.rawScore).toBeCloseTo(bm25(2, 3), 5);
    expect(hits[1]?.signals[0]?.rawScore).toBeCloseTo(bm25(1, 1), 5);
  });

  test('the shares of the signals add up to the score within 1e-9, and scores fall from hit to hit within 0..1', () => {
    const chance = createChance(21);
    const memories = Array.from({ length: 300 }, (_, i) => ({
      ...someRow(chance, i + 1),
      status: 1,
      text: someText(chance),
      vector: chance.isLikely(0.8) ? Array.from({ length: 16 }, () => chance.next() - 0.5) : undefined,
    }));
    const index = indexOf(memories.map(({ lex: _, ...memory }) => memory));
    let seen = 0;
    for (let i = 0; i < 60; i++) {
      const vector = vectorOf(Array.from({ length: 16 }, () => chance.next() - 0.5));
      const { hits } = ask(index, `${someText(chance)} of Anna in January 1970`, { vector, limit: 50 });
      let last = 1;
      for (const { score, signals } of hits) {
        expect(signals.map(({ signal }) => signal)).toEqual(['LEXICAL', 'VECTOR']);
        const sum = signals.reduce((total, { contribution }) => total + contribution, 0);
        expect(Math.abs(sum - score)).toBeLessThan(1e-9);
        expect(score).toBeLessThanOrEqual(last);
        expect(score).toBeGreaterThanOrEqual(0);
        last = score;
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(1_000);
  });

  test('ranks count from 1 within each signal, and a row without a vector has none for VECTOR', () => {
    const index = indexOf([
      { text: 'the lake', vector: [1, 0.2] },
      { text: 'the lake house', vector: [0, 1] },
      { text: 'the small boat on the quiet lake' },
    ]);
    const weights = { own: { weight: 1, divisor: 1 }, cosine: { weight: 1, divisor: 1 } };
    const scorer = { full: { turn: {}, document: weights }, lexical: OWN.lexical };
    const { hits } = ask(index, 'lake', { vector: vectorOf([1]), scorer });
    const ranks = new Map(hits.map(({ mid, signals }) => [mid, signals.map(({ rank: at }) => at)]));
    expect(ranks.get(1)).toEqual([1, 1]);
    expect(ranks.get(2)).toEqual([2, 2]);
    expect(ranks.get(3)).toEqual([3, null]);
    expect(hits.find(({ mid }) => mid === 1)?.signals[1]?.rawScore).toBeCloseTo(0.98, 2);
  });

  test('a turn is found by the words of its neighbours and of its session, and by the question before it', () => {
    const talk: Memory[] = [
      { text: 'Did you ever learn to play the violin?', session: 's' },
      { text: 'Yes, my grandfather taught me when I was seven.', session: 's' },
      { text: 'That sounds lovely to hear.', session: 's' },
    ];
    const other = Array.from({ length: 30 }, (_, i) => ({ text: `grandfather clock number ${i}`, session: `t${i}` }));
    expect(midsOf(indexOf([...talk, ...other]), 'Who taught the violin?').slice(0, 2)).toEqual([2, 1]);
    const apart = talk.map((memory, i) => ({ ...memory, session: `u${i}` }));
    expect(midsOf(indexOf([...apart, ...other]), 'violin')).toEqual([1]);
    expect(midsOf(indexOf([...talk, ...other]), 'violin').sort()).toEqual([1, 2, 3]);
  });

  test('an archived neighbour lends nothing to a turn', () => {
    const talk = (status: number) => [
      { text: 'The violin is in the attic.', session: 's', status, archivedAt: status === 3 ? 5 : undefined },
      { text: 'Great, thank you.', session: 's' },
    ];
    expect(midsOf(indexOf(talk(1)), 'violin')).toEqual([1, 2]);
    expect(midsOf(indexOf(talk(3)), 'violin')).toEqual([]);
  });

  test.each([
    ['What did Anna Nowak cook?', 'Anna Nowak'],
    ['What did Nowak cook?', 'Anna Nowak'],
    ['What did łukasz cook?', 'Łukasz'],
  ])('%p puts the turn of %p before the same words of another', (question, speaker) => {
    const index = indexOf([
      { text: 'We cook soup today.', speaker: 'Bob Stone', session: 'a' },
      { text: 'We cook soup today.', speaker, session: 'b' },
    ]);
    expect(midsOf(index, question)[0]).toBe(2);
  });

  test('a date in the question lifts what was told from that day to a week after it', () => {
    const told = (days: number) => ({
      text: 'We went to the lake.',
      session: `s${days}`,
      occurredAt: Date.UTC(2023, 4, 8) + days * DAY,
    });
    const index = indexOf([told(-1), told(8), told(0), told(7)]);
    expect(midsOf(index, 'Who went to the lake on 8 May 2023?')).toEqual([3, 4, 1, 2]);
    expect(midsOf(index, 'Who went to the lake on May 16?')).toEqual([2, 1, 3, 4]);
  });

  test('a date finds rows beyond the best fifty by words', () => {
    const many = Array.from({ length: 200 }, (_, i) => ({ text: 'lake', session: `s${i}`, occurredAt: 0 }));
    const index = indexOf([
      ...many,
      { text: 'the lake in winter was calm and wide', session: 'x', occurredAt: Date.UTC(2023, 0, 5) },
    ]);
    expect(midsOf(index, 'the lake in January 2023')[0]).toBe(201);
  });

  test('VECTOR alone ranks by cosine, LEXICAL alone has no VECTOR share', () => {
    const index = indexOf([
      { text: 'lake', vector: [0, 1] },
      { text: 'house', vector: [1] },
    ]);
    const vector = vectorOf([1, 0.1]);
    const alone = ask(index, 'lake', { vector, signals: ['VECTOR'] });
    expect(alone.hits.map(({ mid }) => mid)).toEqual([2, 1]);
    expect(alone.hits[0]?.signals.map(({ signal }) => signal)).toEqual(['VECTOR']);
    const words = ask(index, 'lake', { vector, signals: ['LEXICAL'] });
    expect(words.hits.map(({ mid, signals }) => [mid, signals.length])).toEqual([[1, 1]]);
    expect(words).toEqual(ask(index, 'lake', { signals: ['LEXICAL'] }));
  });

  test('where the encoder does not know the language of the question its vector has no weight', () => {
    const index = indexOf([
      { text: 'Anna lives in a house by the lake.', vector: [1] },
      { text: 'Gdzie mieszka nasza babcia?', vector: [1] },
    ]);
    const polish = ask(index, 'Gdzie mieszka Anna?', { vector: vectorOf([1]) });
    expect([polish.language, polish.vectorFits]).toEqual(['pl', false]);
    expect(polish.hits.every(({ signals }) => signals.length === 1)).toBe(true);
    expect(ask(index, 'Where does Anna live?', { vector: vectorOf([1]) }).vectorFits).toBe(true);
    expect(index.vectors?.count).toBe(1);
  });

  test('a memory is found in whichever language it was taken for', () => {
    const index = indexOf([
      { text: 'Das Treffen mit Katarzyna ist am Montag im Büro und dauert lange.' },
      { text: 'Katarzyna wróciła wczoraj z urlopu we Włoszech.' },
      { text: 'The report that Katarzyna wrote is on the desk.' },
    ]);
    for (const question of ['Where is Katarzyna?', 'Gdzie jest Katarzyna?', 'Wo ist Katarzyna heute mit dem Auto?'])
      expect(midsOf(index, question).sort()).toEqual([1, 2, 3]);
  });

  test('a word is as common as it is in all languages together', () => {
    const english = Array.from({ length: 9 }, () => ({ text: 'Anna wrote the report.' }));
    const index = indexOf([...english, { text: 'Gdzie mieszka Anna?' }, { text: 'the garden' }]);
    const polish = ask(index, 'Anna', { scorer: OWN }).hits.find(({ mid }) => mid === 10);
    expect(polish?.signals[0]?.rawScore).toBeCloseTo(Math.log(1 + 1.5 / 10.5), 5);
  });

  test('words that the best documents share bring up a document that shares none with the question', () => {
    const filler = Array.from({ length: 40 }, (_, i) => ({
      text: `Article ${i} about gardening, kitchens and boats.`,
    }));
    const index = indexOf([
      ...filler,
      { text: 'The film Seven Lamps was directed by Orlando Quimby.' },
      { text: 'Orlando Quimby was born in Valparaíso in 1931.' },
    ]);
    expect(midsOf(index, 'Who made the film Seven Lamps?')).toEqual([41, 42]);
  });

  test('turns and documents of one project are found side by side', () => {
    const index = indexOf([
      { text: 'I parked the red bicycle behind the garage.', session: 's', speaker: 'Mel' },
      { text: 'Bicycle maintenance: oil the chain of the bicycle once a month.', document: 'd1', session: 's' },
      { text: 'The bicycle was bought in 2019.' },
    ]);
    expect(midsOf(index, 'bicycle').sort()).toEqual([1, 2, 3]);
  });

  test('equal hits come in the order of their ids, and the same question gives the same answer', () => {
    const index = indexOf(
      Array.from({ length: 60 }, (_, i) => ({ text: 'the same words', session: `s${i}`, mid: 100 - i })),
    );
    const mids = midsOf(index, 'words');
    expect(mids).toEqual([41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
    expect(midsOf(index, 'words')).toEqual(mids);
  });

  test.each(['', '?!', 'the of and', '\u0000', 'x'.repeat(70_000), 'lake '.repeat(13_000)])(
    'a question that starts %.12p is answered',
    (text) => {
      const index = indexOf([{ text: 'lake', session: 's' }, { text: 'boat' }]);
      expect(midsOf(index, text).length).toBeLessThan(2);
    },
  );

  test('an empty index finds nothing', () => {
    expect(ask(indexOf([]), 'lake', { vector: vectorOf([1]) }).hits).toEqual([]);
  });

  test('a limit of 200 finds 200 of 300 that match', () => {
    const index = indexOf(Array.from({ length: 300 }, (_, i) => ({ text: `lake ${i}` })));
    expect(midsOf(index, 'lake', { limit: 200 })).toHaveLength(200);
  });
});
