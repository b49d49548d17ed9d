import { expect, test } from '@jest/globals';
import { clearRows, scoreRows } from './candidates.ts';
import { packLex } from './lex.ts';
import { finishLoading, loadRows } from './load.ts';
import { runAll } from './maintain.ts';
import { packRecord } from './pack-record.ts';
import { createProjectIndex } from './project-index.ts';
import { readQuestion } from './question.ts';
import { createWindowScorer, windowOf } from './window.ts';

function conversation(texts: readonly string[], archived: readonly number[] = []) {
  const index = createProjectIndex(null);
  const rows = texts.map((text, i) =>
    packRecord({ mid: i + 1, turn: i, session: 's', lex: packLex(text), status: archived.includes(i) ? 3 : 1 }),
  );
  runAll(loadRows(index, Buffer.concat(rows)));
  runAll(finishLoading(index, '1:1:'));
  return index;
}

test('a window is the turn and two visible turns on either side: archived ones are looked past', () => {
  const index = conversation(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], [2, 4, 5]);
  const into = new Int32Array(5);
  const membersOf = (slot: number) =>
    [...into.subarray(0, windowOf(index, index.columns.active, slot, into))].sort((a, b) => a - b);
  expect(membersOf(3)).toEqual([0, 1, 3, 6, 7]);
  expect(membersOf(0)).toEqual([0, 1, 3]);
  expect(membersOf(7)).toEqual([3, 6, 7]);
});

test('a window scores BM25 of its turns as one text, counting the windows that hold a term', () => {
  const index = conversation([
    'lake boat',
    'garden',
    'lake house',
    'red lamp',
    'old clock',
    'new chair',
    'big tree',
    'dry well',
  ]);
  const question = readQuestion(index, 'lake boat', true);
  scoreRows(index, question, index.columns.active, 50);
  const { scratch } = index;
  const windows = createWindowScorer(
    index,
    index.columns.active,
    question.terms,
    scratch.own.values,
    scratch.termPlace,
  );
  // n: windows that hold the word
  const bm25 = (tf: number, n: number, length: number) => {
    const idf = Math.log(1 + (8 - n + 0.5) / (n + 0.5));
    return (idf * tf * 1.9) / (tf + 0.9 * (0.6 + (0.4 * length) / ((15 / 8) * 4.7)));
  };
  expect(windows.score(0)).toBeCloseTo(bm25(2, 5, 5) + bm25(1, 3, 5), 10);
  expect(windows.score(4)).toBeCloseTo(bm25(1, 5, 10), 10);
  expect(windows.score(7)).toBe(0);
  clearRows(index, question);
  expect(scratch.own.values.every((score) => score === 0)).toBe(true);
  expect(scratch.termPlace.every((place) => place === 0)).toBe(true);
});
