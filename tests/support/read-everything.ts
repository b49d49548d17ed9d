import { openDatabase } from '@rae/database';
import { type Installation, silentLogger } from '@rae/testkit';
import { Redis } from 'ioredis';
import pg from 'pg';

interface Queryable {
  query(text: string): Promise<{ rows: { text: string }[] }>;
}

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

async function readNative(url: string): Promise<string> {
  const admin = new URL(process.env.DATABASE_ADMIN_URL ?? url); // row-level security is for others than the superuser
  admin.pathname = new URL(url).pathname;
  const client = new pg.Client(admin.href);
  await client.connect();
  try {
    return await readTables(client);
  } finally {
    await client.end();
  }
}

async function readEmbedded(dataFolder: string): Promise<string> {
  const database = await openDatabase({ url: null, dataFolder, poolSize: 1, entities: [], logger: silentLogger });
  try {
    return await readTables(database.pool);
  } finally {
    await database.close();
  }
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
export async function readEverything({ env, processes, log }: Installation): Promise<string> {
  if (env.DATABASE_URL)
    return [await readNative(env.DATABASE_URL), env.REDIS_URL ? await readRedis(env.REDIS_URL) : '', log()].join('\n');
  await processes.get('all')?.stop();
  return [await readEmbedded(env.RAE_DATA_DIR ?? ''), log()].join('\n');
}
