import type { FilterMask } from './filter.ts';
import { accumulate } from './lexical.ts';
import type { ProjectIndex } from './project-index.ts';
import type { Question } from './question.ts';
import { isTold } from './question.ts';
import { bestScores, fitScores } from './scores.ts';
import { clearFewScores, type FewScores, fitTermPlace, fitZeros } from './scratch.ts';
import { createSelection, offer, selectedSlots } from './select.ts';
import { isTurn } from './sessions.ts';
import type { WindowScorer } from './window.ts';

/** Windows that are scored exactly for each that is kept: those whose members' own scores have the highest sums. */
const WINDOWS_EXAMINED = 4;
/**
 * Turns, best first, whose windows are looked at, for each window that is kept. Between 4 and 400 nothing changes beyond chance
 * in one index of 19 462 turns.
 */
const TURNS_EXAMINED = 8;

/** Rows that may become candidates: 1 in `pass`, `passing` of them. */
export type CandidateScope = Pick<FilterMask, 'pass' | 'passing'>;

/**
 * Scores every row that holds a term of the question, and the windows of the best turns. `clearRows` takes it back.
 *
 * @param depth windows that are to be kept
 */
export function scoreRows(index: ProjectIndex, question: Question, visible: Uint8Array, depth: number): void {
  const { scratch, columns } = index;
  const { own, windows } = scratch;
  const values = fitScores(own, columns.capacity);
  windows.scores = fitZeros(windows.scores, columns.capacity);
  fitTermPlace(scratch, index.terms.count);
  question.terms.forEach((term, i) => {
    scratch.termPlace[term.id] = i + 1;
  });
  accumulate(index, question.terms, values);
  const isVisibleTurn = (slot: number): boolean => visible[slot] === 1 && isTurn(columns, slot);
  // By id, so that sums round alike however the rows came.
  const byId = bestScores(own, columns, TURNS_EXAMINED * depth, isVisibleTurn).sort(
    (a, b) => (columns.mid[a] ?? 0) - (columns.mid[b] ?? 0),
  );
  for (const slot of byId) spread(index, windows, slot, values[slot] ?? 0);
}

/** Sets back what `scoreRows` left in the scratch. */
export function clearRows({ scratch }: ProjectIndex, question: Question): void {
  for (const term of question.terms) scratch.termPlace[term.id] = 0;
  scratch.own.values.fill(0);
  clearFewScores(scratch.windows);
}

// A turn's score reaches the windows of the two turns before and after it.
function spread({ columns }: ProjectIndex, windows: FewScores, slot: number, score: number): void {
  add(windows, slot, score);
  for (const link of [columns.previous, columns.next]) {
    const first = link[slot] ?? -1;
    if (first < 0) continue;
    add(windows, first, score);
    const second = link[first] ?? -1;
    if (second >= 0) add(windows, second, score);
  }
}

function add({ scores, touched }: FewScores, slot: number, score: number): void {
  const old = scores[slot] ?? 0;
  if (old === 0) touched.push(slot);
  scores[slot] = old + score;
}

/** The `limit` best slots under a mask, of those whose score is not 0. */
export function bestOf({ columns }: ProjectIndex, scores: Float32Array, pass: Uint8Array, limit: number): Int32Array {
  const best = createSelection(limit, columns.mid);
  for (let slot = 0; slot < columns.count; slot++) {
    if (pass[slot] !== 1) continue;
    const score = scores[slot] ?? 0;
    if (score !== 0 && score >= best.floor) offer(best, slot, score);
  }
  return selectedSlots(best);
}

/** A scope of few rows leaves out most of what the memory of scores would find. */
const FEW = 0.2;

const bestOwn = (index: ProjectIndex, { pass, passing }: CandidateScope, limit: number): Int32Array =>
  passing < FEW * index.columns.count
    ? bestOf(index, index.scratch.own.values, pass, limit)
    : bestScores(index.scratch.own, index.columns, limit, (slot) => pass[slot] === 1);

function bestWindows({ scratch, columns }: ProjectIndex, pass: Uint8Array, limit: number): Int32Array {
  const { scores, touched } = scratch.windows;
  const best = createSelection(limit, columns.mid);
  for (const slot of touched) if (pass[slot] === 1) offer(best, slot, scores[slot] ?? 0);
  return selectedSlots(best);
}

/** The slots of a scope that are nearest to the question. */
export type Nearest = (scope: CandidateScope, limit: number) => Iterable<number>;

/**
 * Adds the rows worth scoring in a scope: the best by own BM25, by window BM25 and by cosine, `limit` of each. On
 * conversations of 550 turns nothing was lost against scoring all.
 *
 * @param nearest null: the question has no vector
 */
export function addCandidates(
  index: ProjectIndex,
  into: Set<number>,
  scope: CandidateScope,
  limit: number,
  windows: WindowScorer,
  nearest: Nearest | null,
): void {
  const { columns } = index;
  const { pass } = scope;
  for (const slot of bestOwn(index, scope, limit)) into.add(slot);
  const best = createSelection(limit, columns.mid);
  for (const slot of bestWindows(index, pass, limit * WINDOWS_EXAMINED)) offer(best, slot, windows.score(slot));
  for (const slot of selectedSlots(best)) into.add(slot);
  if (nearest) for (const slot of nearest(scope, limit)) into.add(slot);
}

/** Adds the `limit` rows of a scope for which `worthOf` is highest. */
export function addBestBy(
  { columns }: ProjectIndex,
  into: Set<number>,
  { pass }: CandidateScope,
  limit: number,
  worthOf: (slot: number) => number,
): void {
  const best = createSelection(limit, columns.mid);
  for (let slot = 0; slot < columns.count; slot++) if (pass[slot] === 1) offer(best, slot, worthOf(slot));
  for (const slot of selectedSlots(best)) into.add(slot);
}

/** The rows of a scope that may tell of the question's date; null when it names none or no row is in it. */
export function dateScope(
  { columns }: ProjectIndex,
  { told }: Question,
  { pass }: CandidateScope,
): CandidateScope | null {
  if (!told || told.length === 0) return null;
  const mask = new Uint8Array(columns.count);
  let passing = 0;
  for (let slot = 0; slot < columns.count; slot++)
    if (pass[slot] === 1 && columns.document[slot] === 0 && isTold(told, columns.occurredAt[slot] ?? 0)) {
      mask[slot] = 1;
      passing++;
    }
  return passing > 0 ? { pass: mask, passing } : null;
}
