/**
 * Chooses hits that do not repeat each other (maximal marginal relevance, Carbonell and Goldstein 1998): each next one has the
 * highest (1 − diversity) × score ÷ best score − diversity × its greatest likeness to those chosen. 0 keeps the order.
 *
 * @param hits best first
 * @param likeness of two hits, 0..1
 */
export function diversify<Hit extends { readonly score: number }>(
  hits: readonly Hit[],
  diversity: number,
  limit: number,
  likeness: (a: Hit, b: Hit) => number,
): Hit[] {
  if (diversity === 0) return hits.slice(0, limit);
  const best = hits[0]?.score || 1;
  const left = hits.map((hit) => ({ hit, likest: 0 }));
  const chosen: Hit[] = [];
  const worthOf = ({ hit, likest }: { hit: Hit; likest: number }) =>
    ((1 - diversity) * hit.score) / best - diversity * likest;
  while (left.length > 0 && chosen.length < limit) {
    const at = left.reduce((top, one, i) => (worthOf(one) > worthOf(left[top] ?? one) ? i : top), 0);
    const [next] = left.splice(at, 1);
    if (!next) break;
    chosen.push(next.hit);
    for (const one of left) one.likest = Math.max(one.likest, likeness(one.hit, next.hit));
  }
  return chosen;
}
