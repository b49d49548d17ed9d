/** Keeps the `limit` best slots offered to it: highest score first, and among equals the lowest id. */
export interface Selection {
  offer(slot: number, score: number): void;
  /** The slots kept, in no order. */
  slots(): Int32Array;
}

/** A heap whose root is the worst slot kept: nearly all offers end at the first comparison. */
export function createSelection(limit: number, mids: Float64Array): Selection {
  const heap = new Int32Array(limit);
  const scores = new Float64Array(limit);
  let size = 0;

  const isWorse = (slotA: number, scoreA: number, slotB: number, scoreB: number): boolean =>
    scoreA < scoreB || (scoreA === scoreB && (mids[slotA] ?? 0) > (mids[slotB] ?? 0));

  const place = (at: number, slot: number, score: number) => {
    heap[at] = slot;
    scores[at] = score;
  };

  const rise = (slot: number, score: number) => {
    let at = size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = heap[parent] ?? 0;
      const otherScore = scores[parent] ?? 0;
      if (!isWorse(slot, score, other, otherScore)) break;
      place(at, other, otherScore);
      at = parent;
    }
    place(at, slot, score);
  };

  const sink = (slot: number, score: number) => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && isWorse(heap[right] ?? 0, scores[right] ?? 0, heap[child] ?? 0, scores[child] ?? 0))
        child = right;
      const other = heap[child] ?? 0;
      const otherScore = scores[child] ?? 0;
      if (!isWorse(other, otherScore, slot, score)) break;
      place(at, other, otherScore);
      at = child;
    }
    place(at, slot, score);
  };

  return {
    offer(slot, score) {
      if (size < limit) rise(slot, score);
      else if (limit > 0 && score >= (scores[0] ?? 0) && isWorse(heap[0] ?? 0, scores[0] ?? 0, slot, score))
        sink(slot, score);
    },
    slots: () => heap.slice(0, size),
  };
}
