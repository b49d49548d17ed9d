/** A memory as clusters see it. */
export interface Item {
  readonly terms: ReadonlySet<number>;
  /** int8 numbers of its vector; null: it has none. */
  readonly vector: Int8Array | null;
}

/** Groups of fewer have nothing in common that is worth a reflection. */
export const LEAST_MEMBERS = 3;
const MOST_MEMBERS = 12;

/**
 * Two groups that are less alike stay apart. Likeness is half of meaning and half of words; chosen by reading clusters of
 * locomo-dev's conversations, where .1 puts most of a session together and .3 finds next to nothing.
 */
const LEAST_LIKENESS = 0.2;

/** Mean cosine of the default encoder between any two turns (QMSum): what is no more alike than that is not alike. */
const CHANCE_COSINE = 0.31;

function cosine(a: Int8Array, b: Int8Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

function wordLikeness(a: ReadonlySet<number>, b: ReadonlySet<number>, rarity: (term: number) => number): number {
  const square = (terms: Iterable<number>) => {
    let sum = 0;
    for (const term of terms) sum += rarity(term) ** 2;
    return sum;
  };
  const shared = [...a].filter((term) => b.has(term));
  const size = Math.sqrt(square(a) * square(b));
  return size === 0 ? 0 : square(shared) / size;
}

/** Likeness of every two items, 0..1: half of meaning above chance, half of rare words shared (cosine of tf-idf); of words alone without a vector. */
export function likenesses(items: readonly Item[], rarity: (term: number) => number): number[][] {
  const table = items.map(() => new Array<number>(items.length).fill(0));
  for (const [i, a] of items.entries())
    for (const [j, b] of items.slice(0, i).entries()) {
      const words = wordLikeness(a.terms, b.terms, rarity);
      const meaning = a.vector && b.vector ? (cosine(a.vector, b.vector) - CHANCE_COSINE) / (1 - CHANCE_COSINE) : null;
      const likeness = meaning === null ? words : (Math.max(0, meaning) + words) / 2;
      for (const [row, column] of [
        [i, j],
        [j, i],
      ] as const) {
        const cells = table[row];
        if (cells) cells[column] = likeness;
      }
    }
  return table;
}

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly likeness: number;
}

function closest(groups: readonly (readonly number[])[], table: readonly (readonly number[])[]): Pair | null {
  let best: Pair | null = null;
  for (const [b, right] of groups.entries())
    for (const [a, left] of groups.slice(0, b).entries()) {
      if (left.length === 0 || right.length === 0 || left.length + right.length > MOST_MEMBERS) continue;
      let sum = 0;
      for (const i of left) for (const j of right) sum += table[i]?.[j] ?? 0;
      const likeness = sum / (left.length * right.length);
      if (likeness >= (best?.likeness ?? LEAST_LIKENESS)) best = { a, b, likeness };
    }
  return best;
}

/**
 * Groups what belongs together: average linkage (Sokal and Michener 1958) until no two groups are alike enough, 3 to 12
 * items each. Items that belong nowhere are in none. The same items in the same order give the same groups, largest first.
 *
 * @returns places of the items, each group in their order
 */
export function clusterItems(table: readonly (readonly number[])[]): number[][] {
  const groups = table.map((_, at) => [at]);
  for (let pair = closest(groups, table); pair; pair = closest(groups, table)) {
    groups[pair.a] = [...(groups[pair.a] ?? []), ...(groups[pair.b] ?? [])];
    groups.splice(pair.b, 1);
  }
  return groups
    .filter((group) => group.length >= LEAST_MEMBERS)
    .map((group) => group.sort((a, b) => a - b))
    .sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
}
