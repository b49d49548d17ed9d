/** One question: a row of features for each candidate, and which of them answer it. */
export interface Sample {
  readonly rows: readonly (readonly number[])[];
  readonly relevant: readonly number[];
}

const STEPS = 50;
const SMALLEST_STEP = 1 / 1_024;

/**
 * Weights that make the relevant candidates likeliest under a softmax over all of them: minimises the mean over samples of
 * −1/|relevant| Σ log p + l2 |w|², which is convex, by Newton's method with halved steps.
 */
export function fitSoftmax(samples: readonly Sample[], l2: number): number[] {
  const size = samples[0]?.rows[0]?.length ?? 0;
  let weights = new Array<number>(size).fill(0);
  let loss = lossOf(samples, weights, l2);
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight) => 2 * l2 * weight);
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? 2 * l2 : 0)));
    for (const sample of samples) addSample(sample, weights, samples.length, gradient, hessian);
    const move = solve(hessian, gradient);
    for (let share = 1; share >= SMALLEST_STEP; share /= 2) {
      const next = weights.map((weight, i) => weight - share * (move[i] ?? 0));
      const better = lossOf(samples, next, l2);
      if (better >= loss) continue;
      [weights, loss] = [next, better];
      break;
    }
    if (Math.hypot(...move) < 1e-6) break;
  }
  return weights;
}

const sumOf = (row: readonly number[], weights: readonly number[]): number =>
  row.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);

function lossOf(samples: readonly Sample[], weights: readonly number[], l2: number): number {
  const losses = samples.map(({ rows, relevant }) => {
    const sums = rows.map((row) => sumOf(row, weights));
    const most = Math.max(...sums);
    const all = Math.log(sums.reduce((total, sum) => total + Math.exp(sum - most), 0)) + most;
    return relevant.reduce((total, at) => total + all - (sums[at] ?? 0), 0) / Math.max(1, relevant.length);
  });
  const mean = losses.reduce((total, one) => total + one, 0) / Math.max(1, samples.length);
  return mean + l2 * sumOf(weights, weights);
}

function addSample(
  { rows, relevant }: Sample,
  weights: readonly number[],
  count: number,
  gradient: number[],
  hessian: number[][],
): void {
  const sums = rows.map((row) => sumOf(row, weights));
  const most = Math.max(...sums);
  const raised = sums.map((sum) => Math.exp(sum - most));
  const all = raised.reduce((sum, value) => sum + value, 0);
  const mean = weights.map(() => 0);
  rows.forEach((row, at) => {
    const p = (raised[at] ?? 0) / all;
    row.forEach((x, i) => {
      mean[i] = (mean[i] ?? 0) + p * x;
      const line = hessian[i];
      if (line)
        row.forEach((y, j) => {
          line[j] = (line[j] ?? 0) + (p * x * y) / count;
        });
    });
  });
  mean.forEach((x, i) => {
    const wanted = relevant.reduce((sum, at) => sum + (rows[at]?.[i] ?? 0), 0) / Math.max(1, relevant.length);
    gradient[i] = (gradient[i] ?? 0) + (x - wanted) / count;
    const line = hessian[i];
    if (line)
      mean.forEach((y, j) => {
        line[j] = (line[j] ?? 0) - (x * y) / count;
      });
  });
}

/** Solves A x = b for a positive definite A (Gauss, with pivots). */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  const size = rows.length;
  for (let at = 0; at < size; at++) {
    const rest = rows.slice(at).map((row) => Math.abs(row[at] ?? 0));
    const pivot = at + rest.indexOf(Math.max(...rest));
    const [up, down] = [rows[pivot], rows[at]];
    if (!up || !down) return b.map(() => 0);
    rows[at] = up;
    if (pivot !== at) rows[pivot] = down;
    for (let i = 0; i < size; i++) {
      const row = rows[i];
      if (i === at || !row) continue;
      const factor = (row[at] ?? 0) / (up[at] ?? 1);
      for (let j = at; j <= size; j++) row[j] = (row[j] ?? 0) - factor * (up[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}
