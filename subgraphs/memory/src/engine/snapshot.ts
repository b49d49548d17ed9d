/**
 * True when snapshot `a` sees more than `b`. Both are texts of pg_current_snapshot() (`xmin:xmax:running,…`) of one server,
 * whose snapshots are totally ordered: a later one never sees less. `''` is older than any.
 */
export function isNewer(a: string, b: string): boolean {
  if (a === b || a === '') return false;
  if (b === '') return true;
  const [minA, maxA, runningA] = partsOf(a);
  const [minB, maxB, runningB] = partsOf(b);
  if (maxA !== maxB) return maxA > maxB;
  if (minA !== minB) return minA > minB;
  return runningA < runningB;
}

function partsOf(snapshot: string): [bigint, bigint, number] {
  const [min = '0', max = '0', running = ''] = snapshot.split(':');
  return [BigInt(min), BigInt(max), running === '' ? 0 : running.split(',').length];
}
