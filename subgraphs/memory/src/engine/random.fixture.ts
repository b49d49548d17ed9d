import type { IndexedLayer, IndexedRole, IndexedStatus } from './codes.ts';
import { packLex } from './lex.ts';
import type { RecordInput } from './pack-record.ts';

const { imul } = Math; // looked up once: in Jest's contexts each look at a global takes longer than the multiplication

/** Repeatable numbers for tests (mulberry32, T. Ettinger, public domain), and choices made with them. */
export function createChance(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = imul(state ^ (state >>> 15), 1 | state);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(values: readonly T[]): T => {
    const value = values[below(values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  };
  const some = <T>(values: readonly T[]): T[] => values.filter(() => next() < 0.4);
  return { next, below, pick, some, isLikely: (share: number) => next() < share };
}

export type Chance = ReturnType<typeof createChance>;

export const LAYER_NAMES: readonly IndexedLayer[] = ['EPISODIC', 'SEMANTIC', 'PROCEDURAL', 'REFLECTIVE'];
export const STATUS_NAMES: readonly IndexedStatus[] = ['ACTIVE', 'SUPERSEDED', 'ARCHIVED'];
export const ROLE_NAMES: readonly IndexedRole[] = ['USER', 'ASSISTANT', 'SYSTEM', 'TOOL'];
export const TAGS = ['work', 'home', 'żółty', 'a b', 'x'];
export const NAMES = ['ann', 'bob', 'Łukasz', 'd e', ''];
export const TIMES = [1_000, 2_000, 3_000, 4_000, 5_000];

const WORDS = 'lake rower kitchen meeting budget zielony Anna running cities boat lamp violin książka garden'.split(
  ' ',
);
const SPEAKERS = ['Anna', 'Bob Stone', 'Łukasz'];

/** A sentence of 1 to 12 words of English and Polish, some of them questions. */
export function someText(chance: Chance): string {
  const words = Array.from({ length: 1 + chance.below(12) }, () => chance.pick(WORDS));
  return words.join(' ') + chance.pick(['.', '?', '! [laughs]', '']);
}

const orNull = <T>(chance: Chance, value: T): T | null => (chance.isLikely(0.7) ? value : null);

/** A row with values from small sets, so that filters meet and miss. */
export function someRow(chance: Chance, mid: number): RecordInput {
  const speaker = orNull(chance, chance.pick(SPEAKERS));
  const status = 1 + chance.below(3);
  return {
    mid,
    lex: packLex(someText(chance), speaker),
    layer: 1 + chance.below(4),
    status,
    role: chance.below(5),
    turn: chance.below(6),
    importance: chance.pick([0, 0.3, 0.5, 0.7, 1]),
    occurredAt: chance.pick(TIMES),
    validFrom: chance.pick(TIMES),
    validTo: chance.isLikely(0.5) ? chance.pick(TIMES) : undefined,
    createdAt: chance.pick(TIMES),
    supersededAt: status === 2 ? chance.pick(TIMES) : undefined,
    archivedAt: status === 3 ? chance.pick(TIMES) : undefined,
    expiresAt: chance.isLikely(0.2) ? chance.pick(TIMES) : undefined,
    session: orNull(chance, chance.pick(['s1', 's2', 's3'])),
    speaker,
    source: orNull(chance, chance.pick(NAMES)),
    user: orNull(chance, chance.pick(NAMES)),
    agent: orNull(chance, chance.pick(NAMES)),
    document: chance.isLikely(0.2) ? chance.pick(['d1', 'd2']) : null,
    collection: orNull(chance, chance.pick(['default', 'c'])),
    tags: chance.some(TAGS),
  };
}
