/**
 * Keeps what fits into a number of tokens, best first: one that no longer fits is left out, and smaller ones behind it are kept.
 *
 * @param limit null: all
 */
export function fitTokens<T>(items: readonly T[], limit: number | null, tokensOf: (item: T) => number): T[] {
  if (limit === null) return [...items];
  let left = limit;
  return items.filter((item) => {
    const tokens = tokensOf(item);
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}
