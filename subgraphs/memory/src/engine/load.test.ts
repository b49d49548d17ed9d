import { describe, expect, test } from '@jest/globals';
import { packLex } from './lex.ts';
import { finishLoading, loadRows, loadVectors } from './load.ts';
import { packRecord, packVector } from './pack-record.ts';
import { createProjectIndex } from './project-index.ts';

const ROWS = 4_096;
const MODEL = { dimensions: 8, scale: 100, languages: null };

describe('an index of 4 096 rows of 40 words leaves the event loop its turns while it is loaded', () => {
  const index = createProjectIndex(MODEL, ROWS);
  const mids = Array.from({ length: ROWS }, (_, i) => i + 1);
  /** How much `measure` grows in each slice. */
  const steps = (slices: Generator<unknown, void>, measure: () => number): number[] => {
    const seen = [measure()];
    while (!slices.next().done) seen.push(measure());
    seen.push(measure());
    return seen.slice(1).map((value, at) => value - (seen[at] ?? 0));
  };

  test('no slice adds more than 400 rows, nor 16 200 terms', () => {
    const words = (mid: number) => Array.from({ length: 40 }, (_, i) => `w${mid % 50}x${i}`).join(' ');
    const pack = Buffer.concat(mids.map((mid) => packRecord({ mid, lex: packLex(words(mid)) })));
    const added = steps(loadRows(index, pack), () => index.columns.count);
    expect(added.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
    expect(Math.max(...added)).toBeLessThanOrEqual(400);
    expect(Math.max(...added) * (index.columns.terms[0] ?? 0)).toBeLessThanOrEqual(16_200);
  });

  test('no slice adds more than 512 vectors', () => {
    const pack = Buffer.concat(mids.map((mid) => packVector(mid, Buffer.alloc(8, mid))));
    const added = steps(loadVectors(index, pack), () => index.vectors?.count ?? 0);
    expect(added.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
    expect(Math.max(...added)).toBeLessThanOrEqual(512);
  });

  test('the postings are built in a slice for each 80 000 of them, counted and then copied', () => {
    const postings = ROWS * (index.columns.terms[0] ?? 0);
    const slices = steps(finishLoading(index, '10:10:'), () => 0).length;
    expect(slices).toBeGreaterThanOrEqual(Math.floor((2 * postings) / 80_000));
    expect(index.postings.block.slots).toHaveLength(postings);
  });
});
