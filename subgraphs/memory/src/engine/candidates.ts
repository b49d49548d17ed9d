import type { FilterMask } from './filter.ts';
import { accumulate } from './lexical.ts';
import type { ProjectIndex } from './project-index.ts';
import type { Question } from './question.ts';
import { isTold } from './question.ts';
import { type Accumulator, clearAccumulator, fitAccumulator, fitTermPlace } from './scratch.ts';
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
  const own = fitAccumulator(scratch.own, columns.capacity);
  const windows = fitAccumulator(scratch.windows, columns.capacity);
  fitTermPlace(scratch, index.terms.count);
  question.terms.forEach((term, i) => {
    scratch.termPlace[term.id] = i + 1;
  });
  accumulate(index, question.terms, own);
  const turns = createSelection(TURNS_EXAMINED * depth, columns.mid);
  for (let i = 0; i < own.count; i++) {
    const slot = own.touched[i] ?? 0;
    const score = own.scores[slot] ?? 0;
    if (score >= turns.floor && visible[slot] === 1 && isTurn(columns, slot)) offer(turns, slot, score);
  }
  // By id, so that sums round alike however the rows came.
  const byId = selectedSlots(turns).sort((a, b) => (columns.mid[a] ?? 0) - (columns.mid[b] ?? 0));
  for (const slot of byId) spread(index, windows, slot, own.scores[slot] ?? 0);
}

/** Sets back what `scoreRows` left in the scratch. */
export function clearRows({ scratch }: ProjectIndex, question: Question): void {
  for (const term of question.terms) scratch.termPlace[term.id] = 0;
  clearAccumulator(scratch.own);
  clearAccumulator(scratch.windows);
}

// A turn's score reaches the windows of the two turns before and after it.
function spread({ columns }: ProjectIndex, windows: Accumulator, slot: number, score: number): void {
  add(windows, slot, score);
  for (const link of [columns.previous, columns.next]) {
    const first = link[slot] ?? -1;
    if (first < 0) continue;
    add(windows, first, score);
    const second = link[first] ?? -1;
    if (second >= 0) add(windows, second, score);
  }
}

function add(into: Accumulator, slot: number, score: number): void {
  const old = into.scores[slot] ?? 0;
  if (old === 0) into.touched[into.count++] = slot;
  into.scores[slot] = old + score;
}

/** The `limit` best slots of an accumulator under a mask. */
export function bestOf(index: ProjectIndex, accumulator: Accumulator, pass: Uint8Array, limit: number): Int32Array {
  const best = createSelection(limit, index.columns.mid);
  for (let i = 0; i < accumulator.count; i++) {
    const slot = accumulator.touched[i] ?? 0;
    const score = accumulator.scores[slot] ?? 0;
    if (score >= best.floor && pass[slot] === 1) offer(best, slot, score);
  }
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
  const { scratch, columns } = index;
  const { pass } = scope;
  for (const slot of bestOf(index, scratch.own, pass, limit)) into.add(slot);
  const best = createSelection(limit, columns.mid);
  for (const slot of bestOf(index, scratch.windows, pass, limit * WINDOWS_EXAMINED))
    offer(best, slot, windows.score(slot));
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
