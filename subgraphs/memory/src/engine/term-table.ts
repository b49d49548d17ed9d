import { grownFloat64, grownInt32, roomFor } from './grow.ts';
import { createNumberTable, type NumberTable } from './number-table.ts';

/** The terms of an index: small numbers for hashes, and how many rows hold each. */
export interface TermTable {
  readonly ids: NumberTable;
  /** One more than the highest id given. */
  count: number;
  /** Hash of each term, 0 = id not in use. */
  hashes: Float64Array;
  /** ACTIVE rows that hold the term: the n of its idf. */
  active: Int32Array;
  /** Rows of any status that hold the term. */
  rows: Int32Array;
  readonly free: number[];
}

export const createTermTable = (expected: number): TermTable => ({
  ids: createNumberTable(expected),
  count: 0,
  hashes: new Float64Array(roomFor(expected, 0)),
  active: new Int32Array(roomFor(expected, 0)),
  rows: new Int32Array(roomFor(expected, 0)),
  free: [],
});

/** The id of a term, given now if it has none. */
export function termId(terms: TermTable, hash: number): number {
  const known = terms.ids.get(hash);
  if (known >= 0) return known;
  const id = terms.free.pop() ?? nextId(terms);
  terms.ids.set(hash, id);
  terms.hashes[id] = hash;
  return id;
}

function nextId(terms: TermTable): number {
  if (terms.count === terms.hashes.length) {
    const room = roomFor(terms.count + 1, terms.count);
    terms.hashes = grownFloat64(terms.hashes, room);
    terms.active = grownInt32(terms.active, room);
    terms.rows = grownInt32(terms.rows, room);
  }
  return terms.count++;
}

/** Forgets the terms `from`..`to` that no row holds any more; their ids go to other terms. */
export function forgetUnused(terms: TermTable, from: number, to: number): void {
  for (let id = from; id < to; id++) {
    const hash = terms.hashes[id] ?? 0;
    if (hash === 0 || terms.rows[id] !== 0) continue;
    terms.ids.delete(hash);
    terms.hashes[id] = 0;
    terms.free.push(id);
  }
}

export const termTableBytes = (terms: TermTable): number =>
  terms.ids.bytes() + terms.hashes.byteLength + terms.active.byteLength + terms.rows.byteLength;
