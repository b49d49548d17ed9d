import { grownInt32, grownUint8, roomFor } from './grow.ts';
import { createScanner } from './scan.ts';
import { createSelection } from './select.ts';

/** The int8 vectors of an index and their sign bits, by slot, in one WebAssembly memory that grows in place. */
export interface VectorStore {
  readonly count: number;
  has(slot: number): boolean;
  /** Takes the vector that stands in `bytes` from `at` on. */
  set(slot: number, bytes: Uint8Array, at: number): void;
  /** Overwrites the slot's vector with zeros. */
  wipe(slot: number): void;
  /** Sets the vector that the next questions are about. It need not be of unit length. */
  ask(vector: Float32Array): void;
  /** Dot products of the question with the vectors of `slots`, as if not quantised; 0 where there is none. */
  similarities(slots: Int32Array, scale: number): Float64Array;
  /** The `limit` slots nearest to the question among those of 0..`rows` with a 1 in `pass`, in no order. */
  nearest(pass: Uint8Array, rows: number, limit: number, mids: Float64Array): Int32Array;
  bytes(): number;
}

/** Up to so many vectors are compared exactly; above, the sign bits choose first. */
const EXACT_LIMIT = 50_000;
/** So many nearest by sign bits are compared exactly: of USE-lite's exact top 10 the first 1 000 held all. */
const SIGN_CANDIDATES = 1_000;
const BLOCK_BITS = 10;
const BLOCK = 1 << BLOCK_BITS;
const BATCH = 4_096;
const PAGE = 65_536;
const QUERY_MAX = 2_047;

/** An empty store for vectors of `dimensions` numbers. */
export function createVectorStore(dimensions: number): VectorStore {
  const stride = Math.ceil(dimensions / 16) * 16;
  const signStride = Math.ceil(dimensions / 128) * 16;
  const signQueryAt = stride * 2;
  const listAt = signQueryAt + signStride;
  const outAt = listAt + BATCH * 4;
  const blocksAt = Math.ceil((outAt + BATCH * 4) / PAGE) * PAGE;
  const blockPages = Math.ceil((BLOCK * (stride + signStride)) / PAGE);

  const scanner = createScanner(blocksAt / PAGE);
  let bytes = new Uint8Array(scanner.memory.buffer);
  let list = new Uint32Array(scanner.memory.buffer, listAt, BATCH);
  let out = new Int32Array(scanner.memory.buffer, outAt, BATCH);
  let blockOf = new Int32Array(0);
  let present = new Uint8Array(0);
  let found = new Int32Array(0);
  let blocks = 0;
  let count = 0;
  let queryScale = 1;

  const vectorAt = (slot: number): number =>
    blocksAt + (blockOf[slot >> BLOCK_BITS] ?? 0) * blockPages * PAGE + (slot & (BLOCK - 1)) * stride;
  const signsAt = (slot: number): number =>
    blocksAt +
    (blockOf[slot >> BLOCK_BITS] ?? 0) * blockPages * PAGE +
    BLOCK * stride +
    (slot & (BLOCK - 1)) * signStride;

  const makeRoom = (slot: number) => {
    if (slot >= present.length) present = grownUint8(present, roomFor(slot + 1, present.length));
    const block = slot >> BLOCK_BITS;
    if (block >= blockOf.length) {
      const old = blockOf.length;
      blockOf = grownInt32(blockOf, roomFor(block + 1, old));
      blockOf.fill(-1, old);
    }
    if ((blockOf[block] ?? -1) >= 0) return;
    scanner.memory.grow(blockPages);
    blockOf[block] = blocks++;
    bytes = new Uint8Array(scanner.memory.buffer);
    list = new Uint32Array(scanner.memory.buffer, listAt, BATCH);
    out = new Int32Array(scanner.memory.buffer, outAt, BATCH);
  };

  const writeSigns = (to: number, isNegative: (i: number) => boolean) => {
    for (let byte = 0; byte < signStride; byte++) {
      let bits = 0;
      for (let bit = 0; bit < 8; bit++) if (isNegative(byte * 8 + bit)) bits |= 1 << bit;
      bytes[to + byte] = bits;
    }
  };

  // Runs a scan over slots[from..to) in batches and hands each result out.
  const eachResult = (
    scan: 'dot' | 'hamming',
    slots: Int32Array,
    total: number,
    visit: (i: number, v: number) => void,
  ) => {
    for (let from = 0; from < total; from += BATCH) {
      const size = Math.min(BATCH, total - from);
      for (let i = 0; i < size; i++) {
        const slot = slots[from + i] ?? 0;
        list[i] = scan === 'dot' ? vectorAt(slot) : signsAt(slot);
      }
      if (scan === 'dot') scanner.dot(listAt, size, 0, stride, outAt);
      else scanner.hamming(listAt, size, signQueryAt, signStride, outAt);
      for (let i = 0; i < size; i++) visit(from + i, out[i] ?? 0);
    }
  };

  const gather = (pass: Uint8Array, rows: number): number => {
    const end = Math.min(rows, present.length);
    if (found.length < end) found = new Int32Array(present.length);
    let total = 0;
    for (let slot = 0; slot < end; slot++) if ((pass[slot] ?? 0) & (present[slot] ?? 0)) found[total++] = slot;
    return total;
  };

  const nearestBySigns = (total: number, wanted: number): Int32Array => {
    const distances = new Uint16Array(total);
    const histogram = new Int32Array(dimensions + 1);
    eachResult('hamming', found, total, (i, distance) => {
      distances[i] = distance;
      histogram[distance] = (histogram[distance] ?? 0) + 1;
    });
    let threshold = 0;
    let kept = histogram[0] ?? 0;
    while (kept < wanted && threshold < dimensions) kept += histogram[++threshold] ?? 0;
    const near = new Int32Array(kept);
    let size = 0;
    for (let i = 0; i < total; i++) if ((distances[i] ?? 0) <= threshold) near[size++] = found[i] ?? 0;
    return near;
  };

  return {
    get count() {
      return count;
    },
    has: (slot) => present[slot] === 1,
    set(slot, source, at) {
      makeRoom(slot);
      if (present[slot] === 0) count++;
      present[slot] = 1;
      bytes.set(source.subarray(at, at + dimensions), vectorAt(slot));
      writeSigns(signsAt(slot), (i) => i < dimensions && (source[at + i] ?? 0) > 127);
    },
    wipe(slot) {
      if (present[slot] !== 1) return;
      present[slot] = 0;
      count--;
      bytes.fill(0, vectorAt(slot), vectorAt(slot) + stride);
      bytes.fill(0, signsAt(slot), signsAt(slot) + signStride);
    },
    ask(vector) {
      const largest = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      queryScale = largest > 0 ? QUERY_MAX / largest : 1;
      const query = new Int16Array(scanner.memory.buffer, 0, stride);
      for (let i = 0; i < stride; i++) query[i] = Math.round((vector[i] ?? 0) * queryScale);
      writeSigns(signQueryAt, (i) => (query[i] ?? 0) < 0);
    },
    similarities(slots, scale) {
      const similarities = new Float64Array(slots.length);
      const known: number[] = [];
      for (let i = 0; i < slots.length; i++) if (present[slots[i] ?? -1] === 1) known.push(i);
      const wanted = Int32Array.from(known, (i) => slots[i] ?? 0);
      eachResult('dot', wanted, wanted.length, (i, dot) => {
        similarities[known[i] ?? 0] = dot / (scale * queryScale);
      });
      return similarities;
    },
    nearest(pass, rows, limit, mids) {
      const total = gather(pass, rows);
      const slots = total > EXACT_LIMIT ? nearestBySigns(total, Math.max(SIGN_CANDIDATES, 4 * limit)) : found;
      const size = slots === found ? total : slots.length;
      const best = createSelection(limit, mids);
      eachResult('dot', slots, size, (i, dot) => best.offer(slots[i] ?? 0, dot));
      return best.slots();
    },
    bytes: () => scanner.memory.buffer.byteLength + present.byteLength + blockOf.byteLength + found.byteLength,
  };
}
