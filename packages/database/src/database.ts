import { types } from 'node:util';
import type { EntityManager, EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { type Logger, PlatformError } from '@rae/kernel';
import pg from 'pg';
import { openPglite } from './pglite/open-pglite.ts';

export type DatabaseMode = 'embedded' | 'native';

export interface Database {
  readonly mode: DatabaseMode;
  readonly pool: pg.Pool;
  /** The ORM's unit of work inside the transaction that is open on this connection. */
  manage(client: () => pg.PoolClient): Promise<EntityManager>;
  /** Names the cluster that holds the data and its history; another one after a restore. */
  readSystemId(): Promise<string>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A Postgres server, 15 or newer with pgvector; null: PGlite in `dataFolder`. */
  readonly url: string | null;
  readonly dataFolder: string;
  /** Connections of this process. Embedded ones share one backend; more than a few only wait in another place. */
  readonly poolSize: number;
  readonly entities: readonly EntitySchema[];
  readonly logger: Logger;
}

/** No statement and no transaction of ours lasts longer; one that hangs must not hold the log's horizon back. */
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** The timeline as well: after a point-in-time restore or a failover the same cluster gives out transaction ids again. */
const SYSTEM_ID = `select system_identifier || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as id from pg_control_system()`;

/** Errors of idle connections: the pool has thrown the connection away already, and an unheard 'error' would end the process. */
function watch(pool: pg.Pool, logger: Logger): pg.Pool {
  const onError = (err: Error) => logger.warn({ err }, 'a database connection was lost');
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/** The ORM takes a tenth of a start to load, and most processes run SQL alone: it is opened for the first who asks. */
function createOrm(entities: readonly EntitySchema[]) {
  let opened: Promise<MikroORM> | null = null;
  return {
    async manage(client: () => pg.PoolClient): Promise<EntityManager> {
      const { manageOn, openOrm } = await import('./orm.ts');
      opened ??= openOrm(entities, client).catch((error) => {
        opened = null; // it was greeted over a connection that had failed
        throw error;
      });
      return manageOn(await opened, client);
    },
    async close(): Promise<void> {
      await (await opened)?.close(true);
    },
  };
}

async function openEmbedded({ dataFolder, poolSize, entities, logger }: DatabaseOptions): Promise<Database> {
  const server = await openPglite(dataFolder, (err) =>
    logger.error({ err }, 'the embedded database stopped; start the server again'),
  );
  const pool = watch(
    new pg.Pool({
      stream: () => server.connect(),
      user: 'postgres',
      database: 'postgres',
      max: poolSize,
      pipeline: true,
      idleTimeoutMillis: 0, // the one backend keeps the prepared statements of clients that left
    }),
    logger,
  );
  const { manage, close: closeOrm } = createOrm(entities);
  const close = async () => {
    await closeOrm();
    await pool.end();
    await server.close();
  };
  return { mode: 'embedded', pool, manage, readSystemId: async () => server.systemId, close };
}

async function greet(pool: pg.Pool): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (cause) {
    await pool.end();
    const { message, name } = types.isNativeError(cause) ? cause : new Error(String(cause));
    throw new PlatformError(
      'DEPENDENCY_UNAVAILABLE',
      // Of several addresses that all refuse, Node has no message.
      `The database of DATABASE_URL does not answer (${message || name}); start it or correct DATABASE_URL.`,
      { setting: 'DATABASE_URL' },
      { cause },
    );
  }
}

async function openNative(url: string, { poolSize, entities, logger }: DatabaseOptions): Promise<Database> {
  const pool = watch(
    new pg.Pool({
      connectionString: url,
      max: poolSize,
      pipeline: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      application_name: 'rae',
    }),
    logger,
  );
  await greet(pool);
  const { manage, close: closeOrm } = createOrm(entities);
  const readSystemId = async () => {
    const { rows } = await pool.query<{ id: string }>(SYSTEM_ID);
    return rows[0]?.id ?? '';
  };
  const close = async () => {
    await closeOrm();
    await pool.end();
  };
  return { mode: 'native', pool, manage, readSystemId, close };
}

/**
 * Opens the one database of this process: a Postgres server by its URL, or PGlite behind the same driver.
 *
 * @throws DEPENDENCY_UNAVAILABLE when the server does not answer or the folder is damaged; CONFLICT when the folder is in use
 */
export const openDatabase = (options: DatabaseOptions): Promise<Database> =>
  options.url === null ? openEmbedded(options) : openNative(options.url, options);
