/** The best slots of those offered, in a heap whose root is the worst of them. */
export interface Selection {
  readonly limit: number;
  readonly mids: Float64Array;
  readonly heap: Int32Array;
  readonly scores: Float64Array;
  size: number;
  /** Below this an offer is in vain: a loop may look before it asks anything else of a slot. */
  floor: number;
}

/** Keeps the `limit` best slots: highest score first, and among equals the lowest id of `mids`. */
export const createSelection = (limit: number, mids: Float64Array): Selection => ({
  limit,
  mids,
  heap: new Int32Array(limit),
  scores: new Float64Array(limit),
  size: 0,
  floor: limit > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
});

/** The slots kept, in no order. */
export const selectedSlots = (selection: Selection): Int32Array => selection.heap.slice(0, selection.size);

/** Takes a slot if it is better than the worst kept. */
export function offer(selection: Selection, slot: number, score: number): void {
  if (score < selection.floor || selection.limit === 0) return;
  if (selection.size < selection.limit) rise(selection, slot, score);
  else if (isWorse(selection, 0, slot, score)) sink(selection, slot, score);
  if (selection.size === selection.limit) selection.floor = selection.scores[0] ?? 0;
}

// Whether what stands at a place of the heap is worse than a slot.
function isWorse({ heap, scores, mids }: Selection, place: number, slot: number, score: number): boolean {
  const other = scores[place] ?? 0;
  return other < score || (other === score && (mids[heap[place] ?? 0] ?? 0) > (mids[slot] ?? 0));
}

function rise(selection: Selection, slot: number, score: number): void {
  const { heap, scores } = selection;
  let at = selection.size++;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (isWorse(selection, parent, slot, score)) break;
    heap[at] = heap[parent] ?? 0;
    scores[at] = scores[parent] ?? 0;
    at = parent;
  }
  heap[at] = slot;
  scores[at] = score;
}

function sink(selection: Selection, slot: number, score: number): void {
  const { heap, scores, size } = selection;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && isWorse(selection, child + 1, heap[child] ?? 0, scores[child] ?? 0)) child++;
    if (!isWorse(selection, child, slot, score)) break;
    heap[at] = heap[child] ?? 0;
    scores[at] = scores[child] ?? 0;
    at = child;
  }
  heap[at] = slot;
  scores[at] = score;
}
