import { grownUint8, roomFor } from './grow.ts';
import { createSelection } from './select.ts';
import {
  createVectorMemory,
  eachDot,
  makeRoom,
  signDistances,
  signsAt,
  type VectorMemory,
  vectorAt,
  writeSigns,
} from './vector-memory.ts';

/** The int8 vectors of an index and their sign bits, by slot. */
export interface VectorStore {
  readonly dimensions: number;
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
const EXACT_LIMIT = 50_000;
/** So many nearest by sign bits are compared exactly: of USE-lite's exact top 10 the first 1 000 held all. */
const SIGN_CANDIDATES = 1_000;
/** Largest number of a question: 8 192 dimensions × 127 × this stays below 2^31. */
const QUERY_MAX = 2_047;

/** An empty store for vectors of `dimensions` numbers. */
export const createVectorStore = (dimensions: number): VectorStore => ({
  dimensions,
  memory: createVectorMemory(dimensions),
  count: 0,
  present: new Uint8Array(0),
  found: new Int32Array(0),
  queryScale: 1,
});

export const hasVector = (store: VectorStore, slot: number): boolean => store.present[slot] === 1;

/** Takes the vector that stands in `source` from `at` on, in the place of the one that the slot may have. */
export function setVector(store: VectorStore, slot: number, source: Uint8Array, at: number): void {
  const { memory, dimensions } = store;
  if (slot >= store.present.length) store.present = grownUint8(store.present, roomFor(slot + 1, store.present.length));
  makeRoom(memory, slot);
  if (store.present[slot] === 0) store.count++;
  store.present[slot] = 1;
  memory.bytes.set(source.subarray(at, at + dimensions), vectorAt(memory, slot));
  writeSigns(memory, signsAt(memory, slot), (i) => i < dimensions && (source[at + i] ?? 0) > 127);
}

/** Overwrites the slot's vector with zeros. */
export function wipeVector(store: VectorStore, slot: number): void {
  if (!hasVector(store, slot)) return;
  const { memory } = store;
  store.present[slot] = 0;
  store.count--;
  memory.bytes.fill(0, vectorAt(memory, slot), vectorAt(memory, slot) + memory.stride);
  memory.bytes.fill(0, signsAt(memory, slot), signsAt(memory, slot) + memory.signStride);
}

/** Sets the vector that the next questions are about. */
export function askVector(store: VectorStore, vector: Float32Array): void {
  const { memory } = store;
  const largest = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  store.queryScale = largest > 0 ? QUERY_MAX / largest : 1;
  const query = new Int16Array(memory.bytes.buffer, 0, memory.stride);
  for (let i = 0; i < memory.stride; i++) query[i] = Math.round((vector[i] ?? 0) * store.queryScale);
  writeSigns(memory, memory.signQueryAt, (i) => (query[i] ?? 0) < 0);
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

/**
 * The `limit` slots nearest to the question among those of 0..`rows` with a 1 in `pass`, in no order; among equals those of
 * the lowest id. Exact up to 50 000 passing vectors; above, exact among the 1 000 (or 4 × limit) nearest by sign bits.
 */
export function nearestVectors(
  store: VectorStore,
  pass: Uint8Array,
  rows: number,
  limit: number,
  mids: Float64Array,
): Int32Array {
  const total = gatherPassing(store, pass, rows);
  const isMany = total > EXACT_LIMIT;
  const slots = isMany ? nearestBySigns(store, total, Math.max(SIGN_CANDIDATES, 4 * limit)) : store.found;
  const best = createSelection(limit, mids);
  eachDot(store.memory, slots, isMany ? slots.length : total, (i, dot) => best.offer(slots[i] ?? 0, dot));
  return best.slots();
}

export const vectorBytes = (store: VectorStore): number =>
  store.memory.bytes.byteLength + store.memory.blockOf.byteLength + store.present.byteLength + store.found.byteLength;

function gatherPassing(store: VectorStore, pass: Uint8Array, rows: number): number {
  const { present } = store;
  const end = Math.min(rows, present.length);
  if (store.found.length < end) store.found = new Int32Array(present.length);
  const { found } = store;
  let total = 0;
  for (let slot = 0; slot < end; slot++) if ((pass[slot] ?? 0) & (present[slot] ?? 0)) found[total++] = slot;
  return total;
}

function nearestBySigns({ memory, found }: VectorStore, total: number, wanted: number): Int32Array {
  const { distances, histogram } = signDistances(memory, found, total);
  let threshold = 0;
  let kept = histogram[0] ?? 0;
  while (kept < wanted && threshold < histogram.length - 1) kept += histogram[++threshold] ?? 0;
  const near = new Int32Array(kept);
  let size = 0;
  for (let i = 0; i < total; i++) if ((distances[i] ?? 0) <= threshold) near[size++] = found[i] ?? 0;
  return near;
}
