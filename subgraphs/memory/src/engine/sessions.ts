import type { Columns } from './columns.ts';
import { grownInt32, roomFor } from './grow.ts';

/** Last turn of each session (by the session's number), -1 where it has none. */
export interface SessionChains {
  last: Int32Array;
}

export const createSessionChains = (): SessionChains => ({ last: new Int32Array(roomFor(0, 0)).fill(-1) });

/** True for a turn of a conversation: a row with a session that is no part of a document. */
export const isTurn = ({ session, document }: Columns, slot: number): boolean =>
  session[slot] !== 0 && document[slot] === 0;

/**
 * Puts a turn into its session's chain, ordered by (turn, mid); other rows stay outside. Rows that come in order cost one
 * step each.
 */
export function linkRow(chains: SessionChains, columns: Columns, slot: number): void {
  const { previous, next, session } = columns;
  const id = session[slot] ?? 0;
  previous[slot] = -1;
  next[slot] = -1;
  if (!isTurn(columns, slot)) return;
  if (id >= chains.last.length) widen(chains, id);
  let after = -1;
  let before = chains.last[id] ?? -1;
  while (before >= 0 && isBefore(columns, slot, before)) {
    after = before;
    before = previous[before] ?? -1;
  }
  previous[slot] = before;
  next[slot] = after;
  if (before >= 0) next[before] = slot;
  if (after >= 0) previous[after] = slot;
  else chains.last[id] = slot;
}

/** Takes a row out of its chain: its neighbours become each other's. */
export function unlinkRow(chains: SessionChains, columns: Columns, slot: number): void {
  const { previous, next, session } = columns;
  const id = session[slot] ?? 0;
  if (!isTurn(columns, slot)) return;
  const before = previous[slot] ?? -1;
  const after = next[slot] ?? -1;
  if (before >= 0) next[before] = after;
  if (after >= 0) previous[after] = before;
  else chains.last[id] = before;
  previous[slot] = -1;
  next[slot] = -1;
}

function isBefore({ turn, mid }: Columns, a: number, b: number): boolean {
  const turnA = turn[a] ?? 0;
  const turnB = turn[b] ?? 0;
  return turnA < turnB || (turnA === turnB && (mid[a] ?? 0) < (mid[b] ?? 0));
}

function widen(chains: SessionChains, id: number): void {
  const old = chains.last.length;
  chains.last = grownInt32(chains.last, roomFor(id + 1, old));
  chains.last.fill(-1, old);
}
