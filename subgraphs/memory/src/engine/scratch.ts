import { createScores, type Scores } from './scores.ts';

/** Scores of a few slots. */
export interface FewScores {
  scores: Float32Array;
  /** The slots whose score is not 0. */
  readonly touched: number[];
}

/**
 * Working space of searches, kept between them: whenever no search runs, every score and place in it is 0. A search is synchronous, so
 * that all indexes of a process may share one.
 */
export interface Scratch {
  /** BM25 of each row's own text. */
  readonly own: Scores;
  /** Sum of the own scores in the window around each of the best turns. */
  readonly windows: FewScores;
  /** BM25 of the terms that feedback added. */
  feedback: Float32Array;
  /** BM25 of the best name that memories found before lead to, and of one of them. */
  bridge: Float32Array;
  phrase: Float32Array;
  /** Place of each term in the question plus 1. */
  termPlace: Uint16Array;
  pass: Uint8Array;
  visible: Uint8Array;
  /** Slots marked by the last pass that `takeStamp` began carry its number. */
  stamps: Int32Array;
  stamp: number;
}

const LAST_STAMP = 2 ** 31 - 1;

export const createScratch = (): Scratch => ({
  own: createScores(),
  windows: { scores: new Float32Array(0), touched: [] },
  feedback: new Float32Array(0),
  bridge: new Float32Array(0),
  phrase: new Float32Array(0),
  termPlace: new Uint16Array(0),
  pass: new Uint8Array(0),
  visible: new Uint8Array(0),
  stamps: new Int32Array(0),
  stamp: 0,
});

/** Zeros with room for as many slots. */
export const fitZeros = (zeros: Float32Array, slots: number): Float32Array =>
  zeros.length < slots ? new Float32Array(slots) : zeros;

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
export function clearFewScores({ scores, touched }: FewScores): void {
  for (const slot of touched) scores[slot] = 0;
  touched.length = 0;
}
