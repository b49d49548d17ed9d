import { percentile, type RankedAnswer, type Scores, scoreAnswers } from './metrics.ts';
import { formatTable } from './print-table.ts';

/** A question as it was answered, with the milliseconds that it took. */
export interface AskedQuestion extends RankedAnswer {
  readonly category: string | null;
  readonly serviceMs: number;
  readonly clientMs: number;
}

const HEADER = ['category', 'questions', 'R@5', 'R@10', 'R@20', 'MRR@20', 'nDCG@10', 'all@10'];

function toRow(name: string, { questions, ...scores }: Scores): string[] {
  const { recallAt5, recallAt10, recallAt20, mrrAt20, ndcgAt10, allAt10 } = scores;
  const shares = [recallAt5, recallAt10, recallAt20, mrrAt20, ndcgAt10, allAt10];
  return [name, String(questions), ...shares.map((share) => share.toFixed(3))];
}

/** A row for each category, in order, where there are any, and one for all questions. */
export function formatScores(asked: readonly AskedQuestion[]): string {
  const categories = new Set(asked.map(({ category }) => category).filter((category) => category !== null));
  const rows = [...categories]
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => toRow(name, scoreAnswers(asked.filter(({ category }) => category === name))));
  return formatTable([HEADER, ...rows, toRow('all', scoreAnswers(asked))]);
}

/** Median and 95th percentile of a search, in the service and seen from here. */
export function formatLatency(asked: readonly AskedQuestion[]): string {
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[0.5, 0.95].map((share) => `${percentile(times, share).toFixed(1)} ms`),
  ];
  return formatTable([
    ['latency', 'p50', 'p95'],
    row(
      'in the service',
      asked.map(({ serviceMs }) => serviceMs),
    ),
    row(
      'seen from here',
      asked.map(({ clientMs }) => clientMs),
    ),
  ]);
}
