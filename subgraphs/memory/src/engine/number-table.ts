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

// Open addressing with linear probing, at most two thirds full, deleted entries counted.
interface Entries {
  keys: Float64Array;
  values: Int32Array;
  size: number;
  used: number;
}

const EMPTY = 0;
const DELETED = -1;
const MIN_CAPACITY = 64;
const ENTRY_BYTES = 12;

/** An empty table with room for `expected` keys. */
export function createNumberTable(expected = 0): NumberTable {
  const entries = emptyEntries(expected);
  return {
    get size() {
      return entries.size;
    },
    get(key) {
      const at = find(entries, key);
      return at < 0 ? -1 : (entries.values[at] ?? -1);
    },
    set(key, value) {
      const at = find(entries, key);
      if (at >= 0) {
        entries.values[at] = value;
        return;
      }
      if ((entries.used + 1) * 3 > entries.keys.length * 2) rebuild(entries);
      insert(entries, key, value);
    },
    delete(key) {
      const at = find(entries, key);
      if (at < 0) return false;
      entries.keys[at] = DELETED;
      entries.size--;
      return true;
    },
    bytes: () => entries.keys.length * ENTRY_BYTES,
  };
}

function emptyEntries(expected: number): Entries {
  const capacity = Math.max(MIN_CAPACITY, 2 ** Math.ceil(Math.log2(expected * 1.5 + 1)));
  return { keys: new Float64Array(capacity), values: new Int32Array(capacity), size: 0, used: 0 };
}

function find({ keys }: Entries, key: number): number {
  const mask = keys.length - 1;
  for (let at = spread(key) & mask; ; at = (at + 1) & mask) {
    const found = keys[at];
    if (found === key) return at;
    if (found === EMPTY) return -1;
  }
}

// The key must not be there.
function insert(entries: Entries, key: number, value: number): void {
  const { keys, values } = entries;
  const mask = keys.length - 1;
  let at = spread(key) & mask;
  while (keys[at] !== EMPTY) at = (at + 1) & mask;
  keys[at] = key;
  values[at] = value;
  entries.size++;
  entries.used++;
}

function rebuild(entries: Entries): void {
  const { keys, values } = entries;
  Object.assign(entries, emptyEntries(entries.size * 2));
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? EMPTY;
    if (key > 0) insert(entries, key, values[i] ?? 0);
  }
}

// Both halves of the key, multiplied by 2^32 / golden ratio (Knuth, TAOCP 6.4) so that neighbouring ids spread.
function spread(key: number): number {
  const h = Math.imul((key >>> 0) ^ Math.imul(Math.floor(key / 0x100000000), 0x85ebca6b), 0x9e3779b1);
  return (h ^ (h >>> 15)) >>> 0;
}
