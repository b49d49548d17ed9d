import { chunkOf, offsetOf } from './forward-store.ts';
import { B, bm25Weight, K1, type QueryTerm } from './lexical.ts';
import { eachPosting } from './postings.ts';
import type { ProjectIndex } from './project-index.ts';
import { takeStamp } from './scratch.ts';
import { isTurn } from './sessions.ts';

/** Turns on either side of a turn that make its window. */
const REACH = 2;
/** Rows in a full window; sessions' ends are nearer: 4.7 of 5 in sessions of 20 turns. */
const AVERAGE_WINDOW = 4.7;
/** A term that more rows hold is estimated: counting them would cost more than it tells. */
const COUNTED_HOLDERS = 1_000;
// Longest run of invisible turns that is looked past for a neighbour.
const MAX_STEPS = 64;

/** The visible turn before (`previous`) or after (`next`) a turn, or -1. */
export function neighbour(link: Int32Array, visible: Uint8Array, slot: number): number {
  let at = link[slot] ?? -1;
  for (let steps = 0; at >= 0 && visible[at] !== 1 && steps < MAX_STEPS; steps++) at = link[at] ?? -1;
  return at >= 0 && visible[at] === 1 ? at : -1;
}

/** Up to `count` visible neighbours on either side of a row, in their order: turns of its session, or chunks of its document. */
export function neighboursOf({ columns }: ProjectIndex, visible: Uint8Array, slot: number, count: number): number[] {
  const walk = (link: Int32Array): number[] => {
    const found: number[] = [];
    for (let at = neighbour(link, visible, slot); at >= 0 && found.length < count; at = neighbour(link, visible, at))
      found.push(at);
    return found;
  };
  return [...walk(columns.previous).reverse(), ...walk(columns.next)];
}

/** Fills `into` with the turn and up to two visible turns on either side; returns how many there are. */
export function windowOf(index: ProjectIndex, visible: Uint8Array, slot: number, into: Int32Array): number {
  const { previous, next } = index.columns;
  let size = 0;
  into[size++] = slot;
  for (const link of [previous, next]) {
    let at = slot;
    for (let step = 0; step < REACH; step++) {
      at = neighbour(link, visible, at);
      if (at < 0) break;
      into[size++] = at;
    }
  }
  return size;
}

/**
 * Scores windows: what BM25 gives to the turns of a window as one text, over all windows. How many windows hold a term is
 * counted up to 1 000 turns that do; above, where it matters little, it is taken from them as if they lay at random:
 * rows × (1 − (1 − n/rows)^4.7).
 */
export interface WindowScorer {
  score(slot: number): number;
}

/**
 * @param own BM25 of the turns themselves: a neighbour without a score holds no term of the question
 * @param place place of each term in `terms` plus 1, by term id
 */
export function createWindowScorer(
  index: ProjectIndex,
  visible: Uint8Array,
  terms: readonly QueryTerm[],
  own: Float32Array,
  place: Uint16Array,
): WindowScorer {
  const counts = new Float64Array(terms.length);
  const weights = Float64Array.from(terms, (term) => windowWeight(index, term));
  const members = new Int32Array(2 * REACH + 1);
  const words = index.totals.reduce((sum, totals) => sum + totals.words, 0);
  const average = index.activeRows > 0 && words > 0 ? (words / index.activeRows) * AVERAGE_WINDOW : 1;
  return {
    score(slot) {
      const size = windowOf(index, visible, slot, members);
      let length = 0;
      counts.fill(0);
      for (let i = 0; i < size; i++) {
        const member = members[i] ?? 0;
        length += index.columns.length[member] ?? 0;
        if ((own[member] ?? 0) > 0) countTerms(index, member, place, counts);
      }
      const norm = K1 * (1 - B + (B * length) / average);
      let score = 0;
      for (let i = 0; i < terms.length; i++) {
        const count = counts[i] ?? 0;
        if (count > 0) score += ((weights[i] ?? 0) * count) / (count + norm);
      }
      return score;
    },
  };
}

function windowWeight(index: ProjectIndex, { id, share, rows, holding }: QueryTerm): number {
  if (holding <= COUNTED_HOLDERS) return bm25Weight(share, rows, windowsHolding(index, id));
  const inOne = Math.min(1, holding / Math.max(1, rows));
  return bm25Weight(share, rows, rows * (1 - (1 - inOne) ** AVERAGE_WINDOW));
}

// The windows that hold a term are those of the turns in the windows of its holders. Other rows are their own window.
function windowsHolding(index: ProjectIndex, term: number): number {
  const { columns, postings, scratch } = index;
  const stamp = takeStamp(scratch, columns.capacity);
  const members = new Int32Array(2 * REACH + 1);
  let count = 0;
  eachPosting(postings, term, (holder) => {
    if (columns.active[holder] !== 1) return;
    const size = isTurn(columns, holder) ? windowOf(index, columns.active, holder, members) : 0;
    if (size === 0) count++;
    for (let i = 0; i < size; i++) {
      const member = members[i] ?? 0;
      if (scratch.stamps[member] === stamp) continue;
      scratch.stamps[member] = stamp;
      count++;
    }
  });
  return count;
}

function countTerms(index: ProjectIndex, slot: number, place: Uint16Array, counts: Float64Array): void {
  const first = index.columns.firstTerm[slot] ?? 0;
  const ids = index.forward.terms[chunkOf(first)];
  const frequencies = index.forward.frequencies[chunkOf(first)];
  if (!ids || !frequencies) return;
  const from = offsetOf(first);
  const to = from + (index.columns.terms[slot] ?? 0);
  for (let i = from; i < to; i++) {
    const at = place[ids[i] ?? 0] ?? 0;
    if (at > 0) counts[at - 1] = (counts[at - 1] ?? 0) + (frequencies[i] ?? 0);
  }
}
