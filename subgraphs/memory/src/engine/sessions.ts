import type { Columns } from './columns.ts';
import { grownInt32, roomFor } from './grow.ts';

/** Last turn of each session and last chunk of each document, by their numbers; -1 where there is none. */
export interface SessionChains {
  last: Int32Array;
  lastChunk: Int32Array;
}

const emptyChain = (): Int32Array => new Int32Array(roomFor(0, 0)).fill(-1);

export const createSessionChains = (): SessionChains => ({ last: emptyChain(), lastChunk: emptyChain() });

export const chainBytes = ({ last, lastChunk }: SessionChains): number => last.byteLength + lastChunk.byteLength;

/** True for a turn of a conversation: a row with a session that is no part of a document. */
export const isTurn = ({ session, document }: Columns, slot: number): boolean =>
  session[slot] !== 0 && document[slot] === 0;

/**
 * Puts a turn into its session's chain, a chunk into its document's, ordered by (turn, mid); other rows stay outside. Rows that
 * come in order cost one step each.
 */
export function linkRow(chains: SessionChains, columns: Columns, slot: number): void {
  const { previous, next } = columns;
  previous[slot] = -1;
  next[slot] = -1;
  const id = chainOf(columns, slot);
  if (id === 0) return;
  const last = lastOf(chains, columns, slot, id);
  let after = -1;
  let before = last[id] ?? -1;
  while (before >= 0 && isBefore(columns, slot, before)) {
    after = before;
    before = previous[before] ?? -1;
  }
  previous[slot] = before;
  next[slot] = after;
  if (before >= 0) next[before] = slot;
  if (after >= 0) previous[after] = slot;
  else last[id] = slot;
}

/** Takes a row out of its chain: its neighbours become each other's. */
export function unlinkRow(chains: SessionChains, columns: Columns, slot: number): void {
  const { previous, next } = columns;
  const id = chainOf(columns, slot);
  if (id === 0) return;
  const before = previous[slot] ?? -1;
  const after = next[slot] ?? -1;
  if (before >= 0) next[before] = after;
  if (after >= 0) previous[after] = before;
  else lastOf(chains, columns, slot, id)[id] = before;
  previous[slot] = -1;
  next[slot] = -1;
}

function isBefore({ turn, mid }: Columns, a: number, b: number): boolean {
  const turnA = turn[a] ?? 0;
  const turnB = turn[b] ?? 0;
  return turnA < turnB || (turnA === turnB && (mid[a] ?? 0) < (mid[b] ?? 0));
}

// Number of the row's document, or of its session where it is no chunk; 0 = neither.
const chainOf = ({ session, document }: Columns, slot: number): number => document[slot] || (session[slot] ?? 0);

function lastOf(chains: SessionChains, { document }: Columns, slot: number, id: number): Int32Array {
  const name = document[slot] === 0 ? 'last' : 'lastChunk';
  if (id >= chains[name].length) chains[name] = widened(chains[name], id);
  return chains[name];
}

function widened(old: Int32Array, id: number): Int32Array {
  return grownInt32(old, roomFor(id + 1, old.length)).fill(-1, old.length);
}
