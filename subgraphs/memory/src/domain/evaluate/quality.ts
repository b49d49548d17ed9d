/** How well one question was answered by a ranking. */
export interface CaseQuality {
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly recallAt20: number;
  /** 1 ÷ the place of the first relevant one; 0 when there is none. */
  readonly reciprocalRank: number;
  readonly ndcgAt10: number;
}

const DEPTH = 10;
const discount = (place: number): number => 1 / Math.log2(place + 1);

/**
 * Judges a ranking against what is relevant, all alike: recall at 5, 10 and 20, reciprocal rank, and nDCG at 10 (Järvelin and
 * Kekäläinen 2002, with binary gains).
 *
 * @param found ids, best first
 * @param relevant at least one
 */
export function judgeRanking(found: readonly string[], relevant: ReadonlySet<string>): CaseQuality {
  const recallAt = (depth: number) => found.slice(0, depth).filter((id) => relevant.has(id)).length / relevant.size;
  const first = found.findIndex((id) => relevant.has(id));
  const gained = found.slice(0, DEPTH).reduce((sum, id, at) => sum + (relevant.has(id) ? discount(at + 1) : 0), 0);
  let ideal = 0;
  for (let place = 1; place <= Math.min(DEPTH, relevant.size); place++) ideal += discount(place);
  return {
    recallAt5: recallAt(5),
    recallAt10: recallAt(10),
    recallAt20: recallAt(20),
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
    ndcgAt10: gained / ideal,
  };
}

/** Mean of each over all cases. */
export function meanQuality(cases: readonly CaseQuality[]): CaseQuality {
  const mean = (of: (quality: CaseQuality) => number) =>
    cases.reduce((sum, quality) => sum + of(quality), 0) / Math.max(1, cases.length);
  return {
    recallAt5: mean(({ recallAt5 }) => recallAt5),
    recallAt10: mean(({ recallAt10 }) => recallAt10),
    recallAt20: mean(({ recallAt20 }) => recallAt20),
    reciprocalRank: mean(({ reciprocalRank }) => reciprocalRank),
    ndcgAt10: mean(({ ndcgAt10 }) => ndcgAt10),
  };
}

/** The smallest value that a share of all values does not exceed (nearest rank); 0 of none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
