import { openDatabase } from '@rae/database';
import { type Installation, silentLogger } from '@rae/testkit';
import pg from 'pg';

export interface Queryable {
  query(text: string): Promise<{ rows: { text: string }[] }>;
}

async function askNative<T>(url: string, ask: (database: Queryable) => Promise<T>): Promise<T> {
  const admin = new URL(process.env.DATABASE_ADMIN_URL ?? url); // row-level security is for others than the superuser
  admin.pathname = new URL(url).pathname;
  const client = new pg.Client(admin.href);
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

async function askEmbedded<T>(dataFolder: string, ask: (database: Queryable) => Promise<T>): Promise<T> {
  const database = await openDatabase({ url: null, dataFolder, poolSize: 1, entities: [], logger: silentLogger });
  try {
    return await ask(database.pool);
  } finally {
    await database.close();
  }
}

/** Asks an installation's database past all walls. Embedded, its process must have ended: the data folder is one process's. */
export const askDatabase = <T>({ env }: Installation, ask: (database: Queryable) => Promise<T>): Promise<T> =>
  env.DATABASE_URL ? askNative(env.DATABASE_URL, ask) : askEmbedded(env.RAE_DATA_DIR ?? '', ask);
