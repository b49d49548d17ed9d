import { readFileSync } from 'node:fs';
import type { Database } from '@rae/database';

const TICKS = 100; // of /proc on Linux, a second

/** Seconds of CPU that the connections of this database have used; null where it is not a server on this machine. */
export async function readServerCpu({ mode, pool }: Database): Promise<number | null> {
  if (mode === 'embedded') return null;
  const { rows } = await pool.query<{ pid: number }>(
    'select pid from pg_stat_activity where datname = current_database()',
  );
  const ticks = rows.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS;
}
