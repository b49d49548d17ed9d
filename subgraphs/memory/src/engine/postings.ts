import type { Columns } from './columns.ts';
import { chunkOf, type ForwardStore, offsetOf } from './forward-store.ts';

/** The rows of each term as compressed sparse rows: those of term t stand at `start[t]`..`end[t]`, by rising slot. */
export interface PostingBlock {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly slots: Int32Array;
  readonly frequencies: Uint8Array;
}

/** Postings of the rows that came after a block was built, by term. */
export interface Overlay {
  readonly lists: Map<number, { readonly slots: number[]; readonly frequencies: number[] }>;
  count: number;
}

/** The block of the oldest rows and overlays for the rest: one, or two while a new block is being built. */
export interface Postings {
  block: PostingBlock;
  overlays: Overlay[];
  /** False until the first block is built: rows are loaded without overlay entries. */
  built: boolean;
}

/** Entries between two yields of a build: about 1 ms. */
const SLICE = 80_000;
const POSTING_BYTES = 5;
const OVERLAY_POSTING_BYTES = 16;
const OVERLAY_LIST_BYTES = 160;

const emptyBlock = (): PostingBlock => ({
  start: new Int32Array(0),
  end: new Int32Array(0),
  slots: new Int32Array(0),
  frequencies: new Uint8Array(0),
});

export const createOverlay = (): Overlay => ({ lists: new Map(), count: 0 });

export const createPostings = (): Postings => ({ block: emptyBlock(), overlays: [], built: false });

/** Adds one posting to the newest overlay. */
export function addPosting(postings: Postings, term: number, slot: number, frequency: number): void {
  const overlay = postings.overlays.at(-1);
  if (!overlay) return;
  overlay.count++;
  const list = overlay.lists.get(term);
  if (list) {
    list.slots.push(slot);
    list.frequencies.push(frequency);
  } else overlay.lists.set(term, { slots: [slot], frequencies: [frequency] });
}

/** Calls back for each row that holds a term, in no order; erased rows included. */
export function eachPosting({ block, overlays }: Postings, term: number, visit: (slot: number) => void): void {
  const end = block.end[term] ?? 0;
  for (let i = block.start[term] ?? 0; i < end; i++) visit(block.slots[i] ?? 0);
  for (const overlay of overlays) for (const slot of overlay.lists.get(term)?.slots ?? []) visit(slot);
}

export const overlayCount = (postings: Postings): number =>
  postings.overlays.reduce((sum, overlay) => sum + overlay.count, 0);

export function postingBytes({ block, overlays }: Postings): number {
  const lists = overlays.reduce((sum, overlay) => sum + overlay.lists.size, 0);
  const overlaid = overlays.reduce((sum, overlay) => sum + overlay.count, 0);
  return (
    (block.start.length + block.end.length) * 4 +
    block.slots.length * POSTING_BYTES +
    overlaid * OVERLAY_POSTING_BYTES +
    lists * OVERLAY_LIST_BYTES
  );
}

/**
 * Builds one block from the forward entries of slots 0..`rows`, in slices: each yield is a place to let other work run.
 * Rows may be added or erased between slices; those erased before their entries are copied leave no posting.
 */
export function* buildBlock(
  forward: ForwardStore,
  columns: Columns,
  rows: number,
  terms: number,
): Generator<void, PostingBlock> {
  const start = new Int32Array(terms);
  const end = new Int32Array(terms);
  yield* eachEntry(forward, columns, rows, (term) => {
    end[term] = (end[term] ?? 0) + 1;
  });
  let total = 0;
  for (let term = 0; term < terms; term++) {
    start[term] = total;
    total += end[term] ?? 0;
    end[term] = start[term] ?? 0;
  }
  yield;
  const slots = new Int32Array(total);
  const frequencies = new Uint8Array(total);
  yield* eachEntry(forward, columns, rows, (term, slot, frequency) => {
    const at = end[term] ?? 0;
    slots[at] = slot;
    frequencies[at] = frequency;
    end[term] = at + 1;
  });
  return { start, end, slots, frequencies };
}

function* eachEntry(
  forward: ForwardStore,
  columns: Columns,
  rows: number,
  visit: (term: number, slot: number, frequency: number) => void,
): Generator<void, void> {
  let work = 0;
  for (let slot = 0; slot < rows; slot++) {
    const place = columns.firstTerm[slot] ?? 0;
    const count = columns.terms[slot] ?? 0;
    const terms = forward.terms[chunkOf(place)];
    const frequencies = forward.frequencies[chunkOf(place)];
    const from = offsetOf(place);
    if (terms && frequencies) for (let i = from; i < from + count; i++) visit(terms[i] ?? 0, slot, frequencies[i] ?? 0);
    work += count + 1;
    if (work < SLICE) continue;
    work = 0;
    yield;
  }
}
