import type { Installation } from '@rae/testkit';
import { Redis } from 'ioredis';
import { askDatabase, type Queryable } from './ask-database.ts';

const TABLES = `select format('%I.%I', n.nspname, c.relname) as text from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname in ('platform', 'memory') order by 1`;

/** Every row of every table as text, by table; binary columns in hexadecimal. */
async function readTables(database: Queryable): Promise<string> {
  const { rows: tables } = await database.query(TABLES);
  const contents: string[] = [];
  for (const { text: table } of tables) {
    const { rows } = await database.query(`select coalesce(string_agg(t::text, E'\\n'), '') as text from ${table} t`);
    contents.push(`${table}: ${rows[0]?.text ?? ''}`);
  }
  return contents.join('\n');
}

async function readRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  const contents: string[] = [];
  for await (const keys of redis.scanStream({ match: '*' }))
    for (const key of keys) contents.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '');
  redis.disconnect();
  return contents.join('\n');
}

/**
 * All that an installation keeps, as text: every table, Redis, and what it logged. Embedded, its process is stopped for it,
 * since the data folder is one process's.
 */
export async function readEverything(installation: Installation): Promise<string> {
  const { env, processes, log } = installation;
  if (!env.DATABASE_URL) await processes.get('all')?.stop();
  const redis = env.REDIS_URL ? await readRedis(env.REDIS_URL) : '';
  return [await askDatabase(installation, readTables), redis, log()].join('\n');
}
