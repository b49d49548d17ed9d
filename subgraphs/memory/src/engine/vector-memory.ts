import { grownInt32, roomFor } from './grow.ts';
import { createScanner, type Scanner } from './scan.ts';

/*
 * The memory of a vector store: the question as int16 and its sign bits, a list of addresses, the results of a scan, a count of
 * sign bit distances; then blocks of 1 024 slots, each the vectors of its slots, their sign bits, and the distances, mask and
 * presence of a scan. Blocks are made when a slot of theirs is first used and never move, so that growing copies nothing.
 */
export interface VectorMemory {
  readonly scanner: Scanner;
  /** Bytes of a vector, a multiple of 16, and of its sign bits, a multiple of 64. */
  readonly stride: number;
  readonly signStride: number;
  readonly signQueryAt: number;
  readonly listAt: number;
  readonly outAt: number;
  readonly histogramAt: number;
  readonly blocksAt: number;
  readonly blockBytes: number;
  blocks: number;
  /** Number of each block of slots, -1 = not made. */
  blockOf: Int32Array;
  /** The memory as it is now: growing makes new views. */
  bytes: Uint8Array;
  list: Uint32Array;
  out: Int32Array;
}

/** Addresses that one scan takes, results that it gives: a multiple of the four that it takes at a time. */
const BATCH = 4_096;
const BLOCK_BITS = 10;
const BLOCK = 1 << BLOCK_BITS;
const PAGE = 65_536;
/** Distance, mask and presence of a slot. */
const SCAN_BYTES = 2 + 1 + 1;

/** Memory for vectors of `dimensions` numbers, with no block yet. */
export function createVectorMemory(dimensions: number): VectorMemory {
  const stride = Math.ceil(dimensions / 16) * 16;
  const signStride = Math.ceil(dimensions / 512) * 64;
  const signQueryAt = stride * 2;
  const listAt = signQueryAt + signStride;
  const outAt = listAt + BATCH * 4;
  const histogramAt = outAt + BATCH * 4;
  const blocksAt = Math.ceil((histogramAt + (signStride * 8 + 1) * 4) / PAGE) * PAGE;
  const blockBytes = BLOCK * (stride + signStride + SCAN_BYTES);
  const scanner = createScanner(blocksAt / PAGE);
  const layout = { scanner, stride, signStride, signQueryAt, listAt, outAt, histogramAt, blocksAt, blockBytes };
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
  memory.blockOf[block] = memory.blocks++;
  const missing = memory.blocksAt + memory.blocks * memory.blockBytes - memory.bytes.length;
  memory.scanner.memory.grow(Math.ceil(Math.max(0, missing) / PAGE));
  Object.assign(memory, viewsOf(memory.scanner, memory.listAt, memory.outAt));
}

const blockAt = (memory: VectorMemory, block: number): number =>
  memory.blocksAt + (memory.blockOf[block] ?? 0) * memory.blockBytes;

/** Address of a slot's vector; its block must be there. */
export const vectorAt = (memory: VectorMemory, slot: number): number =>
  blockAt(memory, slot >> BLOCK_BITS) + (slot & (BLOCK - 1)) * memory.stride;

/** Writes a vector, its sign bits and its presence into the slot's place. */
export function writeVector(memory: VectorMemory, slot: number, source: Uint8Array, at: number, count: number): void {
  const place = slot & (BLOCK - 1);
  const { signs, present } = rowsOf(memory, slot >> BLOCK_BITS);
  const vector = vectorAt(memory, slot);
  memory.bytes.set(source.subarray(at, at + count), vector);
  memory.scanner.signs(vector, memory.stride, signs + place * memory.signStride);
  memory.bytes[present + place] = 1;
}

/** Overwrites all that is known of the slot's vector with zeros. */
export function eraseVector(memory: VectorMemory, slot: number): void {
  const place = slot & (BLOCK - 1);
  const { signs, present } = rowsOf(memory, slot >> BLOCK_BITS);
  memory.bytes.fill(0, vectorAt(memory, slot), vectorAt(memory, slot) + memory.stride);
  memory.bytes.fill(0, signs + place * memory.signStride, signs + (place + 1) * memory.signStride);
  memory.bytes[present + place] = 0;
}

/** Writes the question's numbers, each a whole one that fits into 16 bits, and its sign bits. */
export function writeQuestion({ bytes, stride, signStride, signQueryAt }: VectorMemory, numbers: Float64Array): void {
  new Int16Array(bytes.buffer, 0, stride).set(numbers);
  bytes.fill(0, signQueryAt, signQueryAt + signStride);
  numbers.forEach((number, i) => {
    if (number < 0) bytes[signQueryAt + (i >> 3)] = (bytes[signQueryAt + (i >> 3)] ?? 0) | (1 << (i & 7));
  });
}

function rowsOf(memory: VectorMemory, block: number) {
  const signs = blockAt(memory, block) + BLOCK * memory.stride;
  const distances = signs + BLOCK * memory.signStride;
  const pass = distances + BLOCK * 2;
  return { signs, distances, pass, present: pass + BLOCK };
}

/** Hands out the dot product of the question with each of the first `count` slots. */
export function eachDot(
  memory: VectorMemory,
  slots: Int32Array,
  count: number,
  visit: (i: number, dot: number) => void,
): void {
  const { list, out } = memory;
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    for (let i = 0; i < size; i++) list[i] = vectorAt(memory, slots[from + i] ?? 0);
    list.fill(list[0] ?? 0, size, Math.ceil(size / 4) * 4);
    memory.scanner.dot(memory.listAt, size, 0, memory.stride, memory.outAt);
    for (let i = 0; i < size; i++) visit(from + i, out[i] ?? 0);
  }
}

/**
 * The slots among 0..`rows` with a 1 in `pass` whose sign bits differ least from the question's: at least `wanted` where so many
 * have a vector, with all that are as near as the last of them.
 */
export function nearestSigns(memory: VectorMemory, pass: Uint8Array, rows: number, wanted: number): Int32Array {
  const { scanner, signQueryAt, signStride, histogramAt } = memory;
  const histogram = new Int32Array(memory.bytes.buffer, histogramAt, signStride * 8 + 1).fill(0);
  eachBlock(memory, rows, (block, size) => {
    const at = rowsOf(memory, block);
    memory.bytes.set(pass.subarray(block * BLOCK, block * BLOCK + size), at.pass);
    scanner.hamming(at, size, signQueryAt, signStride);
    scanner.count(at.distances, size, histogramAt);
  });
  let threshold = 0;
  let kept = histogram[0] ?? 0;
  while (kept < wanted && threshold < histogram.length - 1) kept += histogram[++threshold] ?? 0;
  const near = new Int32Array(kept);
  let count = 0;
  eachBlock(memory, rows, (block, size) => {
    const { distances } = rowsOf(memory, block);
    const found = scanner.select(distances, size, threshold, block * BLOCK, memory.outAt);
    near.set(memory.out.subarray(0, found), count);
    count += found;
  });
  return near;
}

function eachBlock(memory: VectorMemory, rows: number, visit: (block: number, size: number) => void): void {
  const end = Math.min(memory.blockOf.length, Math.ceil(rows / BLOCK));
  for (let block = 0; block < end; block++)
    if ((memory.blockOf[block] ?? -1) >= 0) visit(block, Math.min(BLOCK, rows - block * BLOCK));
}
