import { createInterner } from './interner.ts';

/** Numbers for sets of tags that rows share, counted like an interner's strings; 0 is the empty set. */
export interface TagSets {
  acquire(tags: readonly string[]): number;
  release(id: number): void;
  /** One byte for each set number: 1 where the set holds all of `all` and, unless it is empty, one of `any`. */
  matching(all: readonly string[], any: readonly string[]): Uint8Array;
  bytes(): number;
}

// Postgres text holds no NUL, so it can stand between two tags.
const SEPARATOR = '\0';
const SET_BYTES = 96;

export function createTagSets(): TagSets {
  const sets = createInterner();
  const names = createInterner();
  const members: number[][] = [[]];
  return {
    acquire(tags) {
      if (tags.length === 0) return 0;
      const distinct = [...new Set(tags)].sort();
      const id = sets.acquire(distinct.join(SEPARATOR));
      members[id] ??= distinct.map((tag) => names.acquire(tag));
      return id;
    },
    release(id) {
      if (id === 0) return;
      sets.release(id);
      if (sets.valueOf(id) !== null) return;
      for (const name of members[id] ?? []) names.release(name);
      delete members[id];
    },
    matching(all, any) {
      const wantedAll = all.map((tag) => names.find(tag));
      const wantedAny = any.map((tag) => names.find(tag));
      const out = new Uint8Array(sets.limit);
      if (wantedAll.includes(-1)) return out;
      for (let id = 0; id < out.length; id++) out[id] = holds(members[id], wantedAll, wantedAny) ? 1 : 0;
      return out;
    },
    bytes: () => sets.bytes() + names.bytes() + members.length * SET_BYTES,
  };
}

function holds(members: readonly number[] | undefined, all: readonly number[], any: readonly number[]): boolean {
  if (!members) return false;
  for (const name of all) if (!members.includes(name)) return false;
  return any.length === 0 || any.some((name) => members.includes(name));
}
