import type { Database } from './database.ts';
import type { NamedMigration } from './named-migration.ts';

/** Any number; the same in every process. Two starting at once take turns, and the second finds nothing to do. */
const MIGRATION_LOCK = 7_245_001;

/**
 * Brings the database up to date, or back to where it was right after the migration `to` (0: before the first). All or none of
 * them: a failure leaves the database as it was. Safe to run from several processes, and takes as long as it takes.
 *
 * @returns the names of the migrations that ran
 */
export async function migrate(
  database: Database,
  migrations: readonly NamedMigration[],
  to?: string | 0,
): Promise<string[]> {
  if (to === undefined && (await pendingMigrations(database, migrations)).length === 0) return [];
  const { runMigrations } = await import('./run-migrations.ts'); // with the ORM, which most starts do without
  const client = await database.pool.connect();
  let broken = true;
  try {
    await client.query('set statement_timeout = 0'); // waiting for the lock counts as well
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const done = await runMigrations(client, migrations, to);
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await client.query('reset statement_timeout');
    broken = false;
    return done;
  } finally {
    client.release(broken); // a closed connection gives its lock back
  }
}

/** Names of the migrations that have not run yet; all of them on an empty database. */
export async function pendingMigrations(database: Database, migrations: readonly NamedMigration[]): Promise<string[]> {
  const { rows: found } = await database.pool.query<{ table: string | null }>(
    "select to_regclass('rae_migrations') as table",
  );
  if (!found[0]?.table) return migrations.map(({ name }) => name);
  const { rows } = await database.pool.query<{ name: string }>('select name from rae_migrations');
  const done = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !done.has(name));
}
