import { grownInt32, roomFor } from './grow.ts';
import { createScanner, type Scanner } from './scan.ts';

/*
 * The memory of a vector store: the question as int16 and its sign bits, a list of addresses, the results of a scan, a count of
 * sign bit distances;
 * then blocks of 1 024 slots, each the vectors of its slots and then their sign bits. Blocks are made when a slot of theirs is
 * first used and never move, so that growing copies nothing.
 */
export interface VectorMemory {
  readonly scanner: Scanner;
  /** Bytes of a vector and of its sign bits: multiples of 16. */
  readonly stride: number;
  readonly signStride: number;
  readonly signQueryAt: number;
  readonly listAt: number;
  readonly outAt: number;
  readonly histogramAt: number;
  readonly blocksAt: number;
  readonly blockPages: number;
  blocks: number;
  /** Number of each block of slots, -1 = not made. */
  blockOf: Int32Array;
  /** The memory as it is now: growing makes new views. */
  bytes: Uint8Array;
  list: Uint32Array;
  out: Int32Array;
}

/** Addresses that one scan takes. */
export const BATCH = 4_096;
const BLOCK_BITS = 10;
const BLOCK = 1 << BLOCK_BITS;
const PAGE = 65_536;

/** Memory for vectors of `dimensions` numbers, with no block yet. */
export function createVectorMemory(dimensions: number): VectorMemory {
  const stride = Math.ceil(dimensions / 16) * 16;
  const signStride = Math.ceil(dimensions / 128) * 16;
  const signQueryAt = stride * 2;
  const listAt = signQueryAt + signStride;
  const outAt = listAt + BATCH * 4;
  const histogramAt = outAt + BATCH * 4;
  const blocksAt = Math.ceil((histogramAt + (signStride * 8 + 1) * 4) / PAGE) * PAGE;
  const blockPages = Math.ceil((BLOCK * (stride + signStride)) / PAGE);
  const scanner = createScanner(blocksAt / PAGE);
  const layout = { scanner, stride, signStride, signQueryAt, listAt, outAt, histogramAt, blocksAt, blockPages };
  return { ...layout, ...viewsOf(scanner, listAt, outAt), blocks: 0, blockOf: new Int32Array(0) };
}

function viewsOf({ memory }: Scanner, listAt: number, outAt: number) {
  return {
    bytes: new Uint8Array(memory.buffer),
    list: new Uint32Array(memory.buffer, listAt, BATCH),
    out: new Int32Array(memory.buffer, outAt, BATCH),
  };
}

/** Makes the slot's block if there is none. */
export function makeRoom(memory: VectorMemory, slot: number): void {
  const block = slot >> BLOCK_BITS;
  if (block >= memory.blockOf.length) {
    const old = memory.blockOf.length;
    memory.blockOf = grownInt32(memory.blockOf, roomFor(block + 1, old));
    memory.blockOf.fill(-1, old);
  }
  if ((memory.blockOf[block] ?? -1) >= 0) return;
  memory.scanner.memory.grow(memory.blockPages);
  memory.blockOf[block] = memory.blocks++;
  Object.assign(memory, viewsOf(memory.scanner, memory.listAt, memory.outAt));
}

const blockAt = (memory: VectorMemory, slot: number): number =>
  memory.blocksAt + (memory.blockOf[slot >> BLOCK_BITS] ?? 0) * memory.blockPages * PAGE;

/** Address of a slot's vector; its block must be there. */
export const vectorAt = (memory: VectorMemory, slot: number): number =>
  blockAt(memory, slot) + (slot & (BLOCK - 1)) * memory.stride;

/** Address of a slot's sign bits. */
export const signsAt = (memory: VectorMemory, slot: number): number =>
  blockAt(memory, slot) + BLOCK * memory.stride + (slot & (BLOCK - 1)) * memory.signStride;

/** Writes the sign bits of a vector: bit i is set where number i is negative. */
export function writeSigns(memory: VectorMemory, at: number, isNegative: (i: number) => boolean): void {
  for (let byte = 0; byte < memory.signStride; byte++) {
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) if (isNegative(byte * 8 + bit)) bits |= 1 << bit;
    memory.bytes[at + byte] = bits;
  }
}

/** Hands out the dot product of the question with each of the first `count` slots. */
export function eachDot(
  memory: VectorMemory,
  slots: Int32Array,
  count: number,
  visit: (i: number, dot: number) => void,
): void {
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    for (let i = 0; i < size; i++) memory.list[i] = vectorAt(memory, slots[from + i] ?? 0);
    memory.scanner.dot(memory.listAt, size, 0, memory.stride, memory.outAt);
    for (let i = 0; i < size; i++) visit(from + i, memory.out[i] ?? 0);
  }
}

/** How far the signs of slots are from those of the question. */
export interface SignDistances {
  /** Of each slot asked for, in their order. */
  readonly distances: Uint16Array;
  /** How many slots have each distance. */
  readonly histogram: Int32Array;
}

/** Counts the sign bits in which the question and each of the first `count` slots differ. */
export function signDistances(memory: VectorMemory, slots: Int32Array, count: number): SignDistances {
  const { scanner, list, listAt, outAt, histogramAt, signStride, signQueryAt } = memory;
  const distances = new Uint16Array(count);
  const histogram = new Int32Array(memory.bytes.buffer, histogramAt, signStride * 8 + 1).fill(0);
  const out = new Uint16Array(memory.bytes.buffer, outAt, BATCH);
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    for (let i = 0; i < size; i++) list[i] = signsAt(memory, slots[from + i] ?? 0);
    scanner.hamming(listAt, size, signQueryAt, signStride, outAt, histogramAt);
    distances.set(size === BATCH ? out : out.subarray(0, size), from);
  }
  return { distances, histogram };
}
