import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { PoolClient } from 'pg';
import { kyselyOnClient } from './kysely-on-client.ts';
import type { NamedMigration } from './named-migration.ts';

/**
 * Runs what is missing up to the last of the list, or takes back what came after `to` (0: all), on one connection.
 *
 * @returns the names of those that ran
 */
export async function runMigrations(
  client: PoolClient,
  migrations: readonly NamedMigration[],
  to?: string | 0,
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  const loaded = [];
  // one after the other: Jest's loader never ends where two ask it for the same module at once
  for (const { name, load } of migrations) loaded.push({ name, class: await load() });
  const orm = await MikroORM.init({
    entities: [],
    discovery: { warnWhenNoEntities: false },
    dbName: rows[0]?.name ?? '', // the migrator makes a database of this name where there is none
    ensureDatabase: false,
    driverOptions: () => kyselyOnClient(() => client),
    extensions: [Migrator],
    migrations: { migrationsList: loaded, snapshot: false, silent: true, tableName: 'rae_migrations' },
  });
  try {
    const done = to === undefined ? await orm.migrator.up() : await orm.migrator.down({ to });
    return done.map(({ name }) => name);
  } finally {
    await orm.close(true);
  }
}
