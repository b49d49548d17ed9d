/** Scores of slots, and the slots whose score is not 0. */
export interface Accumulator {
  scores: Float32Array;
  touched: Int32Array;
  count: number;
}

/** Working space of searches, kept between them: whenever no search runs, every score and place in it is 0. */
export interface Scratch {
  /** BM25 of each row's own text. */
  readonly own: Accumulator;
  /** Sum of the own scores in the window around each turn. */
  readonly windows: Accumulator;
  /** BM25 of the terms that feedback added. */
  readonly feedback: Accumulator;
  /** BM25 of the best name that memories found before lead to, and of one of them. */
  readonly bridge: Accumulator;
  readonly phrase: Accumulator;
  /** Place of each term in the question plus 1. */
  termPlace: Uint16Array;
  pass: Uint8Array;
  visible: Uint8Array;
  /** Slots marked by the last pass that `takeStamp` began carry its number. */
  stamps: Int32Array;
  stamp: number;
}

const LAST_STAMP = 2 ** 31 - 1;

const createAccumulator = (): Accumulator => ({ scores: new Float32Array(0), touched: new Int32Array(0), count: 0 });

export const createScratch = (): Scratch => ({
  own: createAccumulator(),
  windows: createAccumulator(),
  feedback: createAccumulator(),
  bridge: createAccumulator(),
  phrase: createAccumulator(),
  termPlace: new Uint16Array(0),
  pass: new Uint8Array(0),
  visible: new Uint8Array(0),
  stamps: new Int32Array(0),
  stamp: 0,
});

/** Makes room for as many slots. */
export function fitAccumulator(accumulator: Accumulator, slots: number): Accumulator {
  if (accumulator.scores.length < slots) {
    accumulator.scores = new Float32Array(slots);
    accumulator.touched = new Int32Array(slots);
  }
  return accumulator;
}

/** Makes room for the masks of as many slots. */
export function fitMasks(scratch: Scratch, slots: number): void {
  if (scratch.pass.length >= slots) return;
  scratch.pass = new Uint8Array(slots);
  scratch.visible = new Uint8Array(slots);
}

/** Begins a pass over as many slots, none of which carries its number yet. */
export function takeStamp(scratch: Scratch, slots: number): number {
  if (scratch.stamps.length < slots || scratch.stamp === LAST_STAMP) {
    scratch.stamps = new Int32Array(slots);
    scratch.stamp = 0;
  }
  return ++scratch.stamp;
}

/** Makes room for as many terms. */
export function fitTermPlace(scratch: Scratch, terms: number): void {
  if (scratch.termPlace.length < terms) scratch.termPlace = new Uint16Array(terms + (terms >> 3));
}

/** Sets every score back to 0. */
export function clearAccumulator(accumulator: Accumulator): void {
  for (let i = 0; i < accumulator.count; i++) accumulator.scores[accumulator.touched[i] ?? 0] = 0;
  accumulator.count = 0;
}

export const scratchBytes = (scratch: Scratch): number =>
  [scratch.own, scratch.windows, scratch.feedback, scratch.bridge, scratch.phrase].reduce(
    (sum, { scores }) => sum + scores.byteLength * 2,
    0,
  ) +
  scratch.termPlace.byteLength +
  scratch.pass.byteLength * 2 +
  scratch.stamps.byteLength;
