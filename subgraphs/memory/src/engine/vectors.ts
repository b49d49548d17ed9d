import { grownUint8, roomFor } from './grow.ts';
import { createSelection, offer, selectedSlots } from './select.ts';
import {
  createVectorMemory,
  eachDot,
  eraseVector,
  makeRoom,
  nearestSigns,
  type VectorMemory,
  writeQuestion,
  writeVector,
} from './vector-memory.ts';

/** The int8 vectors of an index and their sign bits, by slot. */
export interface VectorStore {
  readonly dimensions: number;
  /** False: the store knows which slots have a vector, and a search is brought those that it needs (brought.ts). */
  readonly kept: boolean;
  readonly memory: VectorMemory;
  /** Vectors held. */
  count: number;
  /** 1 where a slot has a vector. */
  present: Uint8Array;
  /** Working space: the slots of a scan. */
  found: Int32Array;
  /** int16 of the question per unit of its numbers. */
  queryScale: number;
}

/** Up to so many vectors are compared exactly; above, the sign bits choose first. */
const EXACT_LIMIT = 8_000;
/**
 * So many nearest by sign bits, or 20 times as many as wanted, are compared exactly: they hold all of USE-lite's exact top 10 and
 * .9987 to .9996 of its top 50, on 12 296 to 43 034 vectors of articles, chats and meetings.
 */
const SIGN_CANDIDATES = 1_000;
const CANDIDATES_PER_HIT = 20;
/** Largest number of a question: 8 192 dimensions × 127 × this stays below 2^31. */
const QUERY_MAX = 2_047;

/** An empty store for vectors of `dimensions` numbers. */
export const createVectorStore = (dimensions: number, kept = true): VectorStore => ({
  dimensions,
  kept,
  memory: createVectorMemory(dimensions),
  count: 0,
  present: new Uint8Array(0),
  found: new Int32Array(0),
  queryScale: 1,
});

export const hasVector = (store: VectorStore, slot: number): boolean => store.present[slot] === 1;

/** Takes the vector that stands in `source` from `at` on, in the place of the one that the slot may have. */
export function setVector(store: VectorStore, slot: number, source: Uint8Array, at: number): void {
  const { memory, dimensions, kept } = store;
  markVector(store, slot);
  if (!kept) return;
  makeRoom(memory, slot);
  writeVector(memory, slot, source, at, dimensions);
}

/** Notes that the slot has a vector. */
export function markVector(store: VectorStore, slot: number): void {
  if (slot >= store.present.length) store.present = grownUint8(store.present, roomFor(slot + 1, store.present.length));
  if (store.present[slot] === 0) store.count++;
  store.present[slot] = 1;
}

/** Overwrites the slot's vector with zeros. */
export function wipeVector(store: VectorStore, slot: number): void {
  if (!hasVector(store, slot)) return;
  store.present[slot] = 0;
  store.count--;
  if (store.kept) eraseVector(store.memory, slot);
}

/** Sets the vector that the next questions are about. @throws when it is not of the store's dimensions */
export function askVector(store: VectorStore, vector: Float32Array): void {
  const { memory, dimensions } = store;
  if (vector.length !== dimensions)
    throw new Error(`A question's vector has ${vector.length} dimensions; those of the index have ${dimensions}.`);
  const largest = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  store.queryScale = largest > 0 ? QUERY_MAX / largest : 1;
  writeQuestion(
    memory,
    Float64Array.from(vector, (value) => Math.round(value * store.queryScale)),
  );
}

/**
 * Dot products of the question with the vectors of `slots`, which all must have one.
 *
 * @param scale what the vectors' numbers were multiplied by when they became int8
 */
export function dotProducts(store: VectorStore, slots: Int32Array, scale: number): Float64Array {
  const products = new Float64Array(slots.length);
  eachDot(store.memory, slots, slots.length, (i, dot) => {
    products[i] = dot / (scale * store.queryScale);
  });
  return products;
}

/** Slots to compare: 1 in `pass` for those of 0..`rows` that may be found, `passing` of them. */
export interface VectorScope {
  readonly pass: Uint8Array;
  readonly rows: number;
  readonly passing: number;
}

/**
 * The `limit` slots nearest to the question, in no order; among equals those of the lowest id. Exact up to 8 000 passing
 * slots; above, exact among the 1 000 (or 20 × limit) nearest by sign bits.
 */
export function nearestVectors(store: VectorStore, scope: VectorScope, limit: number, mids: Float64Array): Int32Array {
  const { pass, rows, passing } = scope;
  const slots =
    passing > EXACT_LIMIT
      ? nearestSigns(store.memory, pass, rows, Math.max(SIGN_CANDIDATES, CANDIDATES_PER_HIT * limit))
      : passingSlots(store, pass, rows);
  const best = createSelection(limit, mids);
  eachDot(store.memory, slots, slots.length, (i, dot) => offer(best, slots[i] ?? 0, dot));
  return selectedSlots(best);
}

/** Bytes that as many vectors take in a process: their numbers and their sign bits. */
export const bytesOfVectors = (dimensions: number, count: number): number =>
  count * (dimensions + Math.ceil(dimensions / 8));

export const vectorBytes = (store: VectorStore): number =>
  store.memory.bytes.byteLength + store.memory.blockOf.byteLength + store.present.byteLength + store.found.byteLength;

function passingSlots(store: VectorStore, pass: Uint8Array, rows: number): Int32Array {
  const { present } = store;
  const end = Math.min(rows, present.length);
  if (store.found.length < end) store.found = new Int32Array(present.length);
  const { found } = store;
  let total = 0;
  for (let slot = 0; slot < end; slot++) if ((pass[slot] ?? 0) & (present[slot] ?? 0)) found[total++] = slot;
  return found.subarray(0, total);
}
