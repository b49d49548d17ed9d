import type { RankedHit } from '../engine/search.ts';

/** What a hit of an expanded question counts beside one of the question as it was asked. */
const EXPANDED = 0.9;

/**
 * One ranking of several, best first: each row with its best score, those of expanded questions at nine tenths, shares with them.
 * Equal ones in the order of the first ranking, which knows more than their rounded scores.
 *
 * @param rankings that of the question as it was asked first
 */
export function mergeRankings(rankings: readonly (readonly RankedHit[])[]): RankedHit[] {
  const [asked = [], ...expanded] = rankings;
  if (expanded.length === 0) return [...asked];
  const best = new Map(asked.map((hit) => [hit.mid, hit]));
  for (const hit of expanded.flat().map(lessen))
    if (hit.score > (best.get(hit.mid)?.score ?? -1)) best.set(hit.mid, hit);
  return [...best.values()].sort((a, b) => b.score - a.score);
}

const lessen = (hit: RankedHit): RankedHit => scaleHit(hit, EXPANDED);

interface Scored {
  readonly score: number;
  readonly signals: readonly { readonly contribution: number }[];
}

/** The hit with score and shares times `by`. */
export const scaleHit = <Hit extends Scored>(hit: Hit, by: number): Hit => ({
  ...hit,
  score: hit.score * by,
  signals: hit.signals.map((share) => ({ ...share, contribution: share.contribution * by })),
});
