/** Cosine from which two memories say nearly the same (Hindsight's threshold). */
const ALIKE = 0.97;
/** Share of the words of both that both have, from which the same is said without vectors. Chosen, not measured. */
const SAME_WORDS = 0.8;

const wordsOf = (content: string): Set<string> => new Set(content.toLowerCase().match(/[\p{L}\p{N}]+/gu));

/** Words of both over words of either (Jaccard), 0..1. */
export function sharedWords(one: string, other: string): number {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const both = [...a].filter((word) => b.has(word)).length;
  return both === 0 ? 0 : both / (a.size + b.size - both);
}

/**
 * How alike two memories are, 0..1; null: not nearly equal.
 *
 * @param cosine of their vectors; null where there is none
 */
export function likenessOf(one: string, other: string, cosine: number | null): number | null {
  const words = sharedWords(one, other);
  if ((cosine ?? 0) < ALIKE && words < SAME_WORDS) return null;
  return Math.max(cosine ?? 0, words);
}
