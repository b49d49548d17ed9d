/**
 * Numbers for strings that many rows share, counted: a string that no row uses any more is forgotten, and its number goes
 * to another. 0 stands for null.
 */
export interface Interner {
  /** The number of `value`, counted once more. */
  acquire(value: string | null): number;
  /** Takes one use back. */
  release(id: number): void;
  /** The number of `value`, or -1 when no row has it. */
  find(value: string | null): number;
  /** The string of a number in use; null for 0. */
  valueOf(id: number): string | null;
  /** One more than the highest number ever given. */
  readonly limit: number;
  bytes(): number;
}

const ENTRY_BYTES = 64;

export function createInterner(): Interner {
  const ids = new Map<string, number>();
  const values: (string | null)[] = [null];
  const uses: number[] = [0];
  const free: number[] = [];
  let characters = 0;

  return {
    get limit() {
      return values.length;
    },
    acquire(value) {
      if (value === null) return 0;
      let id = ids.get(value);
      if (id === undefined) {
        id = free.pop() ?? values.length;
        ids.set(value, id);
        values[id] = value;
        uses[id] = 0;
        characters += value.length;
      }
      uses[id] = (uses[id] ?? 0) + 1;
      return id;
    },
    release(id) {
      if (id === 0) return;
      const left = (uses[id] ?? 0) - 1;
      uses[id] = left;
      if (left > 0) return;
      const value = values[id];
      if (typeof value === 'string') {
        ids.delete(value);
        characters -= value.length;
      }
      values[id] = null;
      free.push(id);
    },
    find: (value) => (value === null ? 0 : (ids.get(value) ?? -1)),
    valueOf: (id) => values[id] ?? null,
    bytes: () => ids.size * ENTRY_BYTES + characters * 2,
  };
}
