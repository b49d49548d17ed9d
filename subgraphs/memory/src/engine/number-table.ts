/**
 * A map from whole numbers 1..2^53 - 1 to slots or term ids 0..2^31 - 1, in typed arrays: a third of a Map's memory, and
 * nothing for the garbage collector to walk.
 */
export interface NumberTable {
  readonly size: number;
  /** -1 when the key is not there. */
  get(key: number): number;
  set(key: number, value: number): void;
  /** False when the key was not there. */
  delete(key: number): boolean;
  bytes(): number;
}

const EMPTY = 0;
const DELETED = -1;
const MIN_CAPACITY = 64;
const ENTRY_BYTES = 12;

/** An empty table with room for `expected` keys. Open addressing with linear probing, at most two thirds full. */
export function createNumberTable(expected = 0): NumberTable {
  let capacity = capacityFor(expected);
  let keys = new Float64Array(capacity);
  let values = new Int32Array(capacity);
  let size = 0;
  let used = 0;

  const find = (key: number): number => {
    const mask = capacity - 1;
    for (let at = spread(key) & mask; ; at = (at + 1) & mask) {
      const found = keys[at];
      if (found === key) return at;
      if (found === EMPTY) return -1;
    }
  };

  const insert = (key: number, value: number) => {
    const mask = capacity - 1;
    let at = spread(key) & mask;
    while (keys[at] !== EMPTY) at = (at + 1) & mask;
    keys[at] = key;
    values[at] = value;
    size++;
    used++;
  };

  const rebuild = () => {
    const oldKeys = keys;
    const oldValues = values;
    capacity = capacityFor(size * 2);
    keys = new Float64Array(capacity);
    values = new Int32Array(capacity);
    size = 0;
    used = 0;
    for (let i = 0; i < oldKeys.length; i++) {
      const key = oldKeys[i] ?? EMPTY;
      if (key > 0) insert(key, oldValues[i] ?? 0);
    }
  };

  return {
    get size() {
      return size;
    },
    get(key) {
      const at = find(key);
      return at < 0 ? -1 : (values[at] ?? -1);
    },
    set(key, value) {
      const at = find(key);
      if (at >= 0) {
        values[at] = value;
        return;
      }
      if ((used + 1) * 3 > capacity * 2) rebuild();
      insert(key, value);
    },
    delete(key) {
      const at = find(key);
      if (at < 0) return false;
      keys[at] = DELETED;
      values[at] = 0;
      size--;
      return true;
    },
    bytes: () => capacity * ENTRY_BYTES,
  };
}

const capacityFor = (keys: number): number => Math.max(MIN_CAPACITY, 2 ** Math.ceil(Math.log2(keys * 1.5 + 1)));

// Both halves of the key, multiplied by 2^32 / golden ratio (Knuth, TAOCP 6.4) so that neighbouring ids spread.
function spread(key: number): number {
  const h = Math.imul((key >>> 0) ^ Math.imul(Math.floor(key / 0x100000000), 0x85ebca6b), 0x9e3779b1);
  return (h ^ (h >>> 15)) >>> 0;
}
