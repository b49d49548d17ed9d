/** How well one question, or many on average, were answered. */
export interface Quality {
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly recallAt20: number;
  /** 1 ÷ place of the first right hit among the first ten, 0 without one. */
  readonly reciprocalRank: number;
  readonly ndcgAt10: number;
  /** 1 when all that is relevant is among the first ten. */
  readonly allAt10: number;
}

/**
 * Quality of one ranking, with judgements taken as relevant or not (gain 1, discount log2(place + 1): Järvelin and Kekäläinen
 * 2002).
 *
 * @param hits ids of the documents found, best first
 * @param relevant ids of those that answer the question, at least one
 */
export function qualityOf(hits: readonly string[], relevant: ReadonlySet<string>): Quality {
  const isRight = hits.map((id) => relevant.has(id));
  const recall = (k: number) => isRight.slice(0, k).filter(Boolean).length / relevant.size;
  const gain = (place: number) => 1 / Math.log2(place + 2);
  const ideal = Array.from({ length: Math.min(10, relevant.size) }, (_, place) => gain(place));
  const found = isRight.slice(0, 10).map((right, place) => (right ? gain(place) : 0));
  const first = isRight.slice(0, 10).indexOf(true);
  return {
    recallAt5: recall(5),
    recallAt10: recall(10),
    recallAt20: recall(20),
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
    ndcgAt10: sum(found) / sum(ideal),
    allAt10: recall(10) === 1 ? 1 : 0,
  };
}

/** Means over questions. */
export function meanQuality(all: readonly Quality[]): Quality {
  const mean = (key: keyof Quality) => sum(all.map((quality) => quality[key])) / Math.max(1, all.length);
  return {
    recallAt5: mean('recallAt5'),
    recallAt10: mean('recallAt10'),
    recallAt20: mean('recallAt20'),
    reciprocalRank: mean('reciprocalRank'),
    ndcgAt10: mean('ndcgAt10'),
    allAt10: mean('allAt10'),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);
