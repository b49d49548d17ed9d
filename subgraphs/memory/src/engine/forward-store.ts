/**
 * The terms of each row in the order they were given: what a window, a session or feedback needs of a few rows, and what
 * the postings are built from. In chunks, so that growing never copies; a row never straddles two.
 */
export interface ForwardStore {
  readonly terms: Int32Array[];
  readonly frequencies: Uint8Array[];
  /** Next free place: chunk × CHUNK + offset. */
  end: number;
}

const CHUNK_BITS = 18;
/** Entries of a chunk; no row has more terms than this (65 536 characters give at most some 131 000). */
export const FORWARD_CHUNK = 1 << CHUNK_BITS;
const FIRST_CHUNK = 1 << 10;

export const createForwardStore = (): ForwardStore => ({ terms: [], frequencies: [], end: 0 });

export const chunkOf = (place: number): number => place >>> CHUNK_BITS;
export const offsetOf = (place: number): number => place & (FORWARD_CHUNK - 1);

/** Room for `count` entries in one chunk; returns their first place. */
export function takeEntries(store: ForwardStore, count: number): number {
  let place = store.end;
  if (offsetOf(place) + count > FORWARD_CHUNK) place = (chunkOf(place) + 1) << CHUNK_BITS;
  const chunk = chunkOf(place);
  const needed = offsetOf(place) + count;
  const room = store.terms[chunk]?.length ?? 0;
  if (needed > room) widen(store, chunk, Math.min(FORWARD_CHUNK, Math.max(needed, room * 2, FIRST_CHUNK)));
  store.end = place + count;
  return place;
}

// Only a chunk that is not full is ever widened: at most 1.25 MiB is copied.
function widen(store: ForwardStore, chunk: number, room: number): void {
  const terms = new Int32Array(room);
  const frequencies = new Uint8Array(room);
  const old = store.terms[chunk];
  const oldFrequencies = store.frequencies[chunk];
  if (old && oldFrequencies) {
    terms.set(old);
    frequencies.set(oldFrequencies);
  }
  store.terms[chunk] = terms;
  store.frequencies[chunk] = frequencies;
}

/** Overwrites a row's entries with zeros. */
export function wipeEntries(store: ForwardStore, place: number, count: number): void {
  const from = offsetOf(place);
  store.terms[chunkOf(place)]?.fill(0, from, from + count);
  store.frequencies[chunkOf(place)]?.fill(0, from, from + count);
}

export const forwardBytes = (store: ForwardStore): number =>
  store.terms.reduce((sum, chunk) => sum + chunk.length * 5, 0);
