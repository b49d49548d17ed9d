/** Copies of typed arrays with room for `length` entries; new entries are 0. */
export function grownFloat64(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length);
  grown.set(old);
  return grown;
}

export function grownFloat32(old: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const grown = new Float32Array(length);
  grown.set(old);
  return grown;
}

export function grownInt32(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(old);
  return grown;
}

export function grownUint16(old: Uint16Array, length: number): Uint16Array<ArrayBuffer> {
  const grown = new Uint16Array(length);
  grown.set(old);
  return grown;
}

export function grownUint8(old: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(length);
  grown.set(old);
  return grown;
}

/**
 * Room for at least `needed` entries: twice as much while small, then an eighth more at a time, so that growth is rare and
 * slack stays small.
 */
export const roomFor = (needed: number, capacity: number): number =>
  Math.max(needed, capacity + Math.max(capacity >> 3, Math.min(capacity, SMALL_STEP)), MIN_ROOM);

const MIN_ROOM = 64;
const SMALL_STEP = 4_096;
