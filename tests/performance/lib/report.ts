import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

const round = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));

/** `p50 1.20 p95 3.40 p99 5.00 max 7.00 ms (n 100)` */
export const latencies = (values: readonly number[]): string =>
  `p50 ${round(percentile(values, 0.5))} p95 ${round(percentile(values, 0.95))} p99 ${round(percentile(values, 0.99))} max ${round(Math.max(...values))} ms (n ${values.length})`;

/** Where and on what a figure was measured; printed at the head of every benchmark. */
export function printConditions(title: string): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  console.log(
    `# ${title}\n# commit ${commit}, node ${process.version}, ${cpus().length} cores ${cpus()[0]?.model ?? ''}, ${process.platform}`,
  );
}

/** The word after `name` on the command line, or the fallback. */
export function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}
