import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { type Database, migrate, openDatabase, pendingMigrations } from '@rae/database';
import { migrations } from '@rae/migrations';
import { silentLogger } from '@rae/testkit';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

jest.setTimeout(60_000);

let own: OwnDatabase;
let database: Database;
beforeAll(async () => {
  own = await createOwnDatabase();
  database = await openDatabase({
    url: own.url,
    dataFolder: own.folder,
    poolSize: 2,
    entities: [],
    logger: silentLogger,
  });
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const OURS = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')`;

/** All that a migration may make, but for roles, which are the cluster's. */
const CATALOG = `
  select 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') as line from pg_namespace n where ${OURS}
  union all select 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || c.relrowsecurity || c.relforcerowsecurity
    || coalesce(c.relacl::text, '') from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${OURS}
  union all select 'column ' || a.attrelid::regclass || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || ' ' || a.attnotnull || ' ' || a.attstorage::text || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where ${OURS} and a.attnum > 0 and not a.attisdropped
  union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(k.oid)
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${OURS}
  union all select 'index ' || indexdef from pg_indexes i join pg_namespace n on n.nspname = i.schemaname where ${OURS}
  union all select 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || ' ' || polroles::regrole[]::text
    || coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '') from pg_policy
  union all select 'function ' || p.oid::regprocedure || ' ' || prosecdef || coalesce(proacl::text, '') || md5(prosrc)
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${OURS}
  union all select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t where not tgisinternal
  union all select 'statistics ' || stxname from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where ${OURS}
  order by 1`;

const readCatalog = async (): Promise<string[]> =>
  (await database.pool.query<{ line: string }>(CATALOG)).rows.map(({ line }) => line);

test('the list holds every migration of the folder, oldest first', () => {
  const files = readdirSync(new URL('../../migrations/', import.meta.url)).filter((file) => /^\d{14}_/.test(file));
  expect(migrations.map(({ name }) => `${name}.ts`)).toEqual(files.sort());
});

test('each migration is undone by its down to the last trace, and gives the same again', async () => {
  for (const [n, { name }] of migrations.entries()) {
    const upToHere = migrations.slice(0, n + 1);
    const before = await readCatalog();
    expect(await pendingMigrations(database, upToHere)).toEqual([name]);
    expect(await migrate(database, upToHere)).toEqual([name]);
    const after = await readCatalog();
    expect(after).not.toEqual(before);
    expect(await migrate(database, upToHere, migrations[n - 1]?.name ?? 0)).toEqual([name]);
    expect({ name, catalog: await readCatalog() }).toEqual({ name, catalog: before });
    expect(await migrate(database, upToHere)).toEqual([name]);
    expect({ name, catalog: await readCatalog() }).toEqual({ name, catalog: after });
  }
});

test('all of them go down to nothing and up again, and a second run has nothing to do', async () => {
  const names = migrations.map(({ name }) => name);
  const before = await readCatalog();
  expect(await migrate(database, migrations)).toEqual([]);
  expect(await migrate(database, migrations, 0)).toEqual([...names].reverse());
  expect(await readCatalog()).toEqual([]);
  expect(await pendingMigrations(database, migrations)).toEqual(names);
  expect(await migrate(database, migrations)).toEqual(names);
  expect(await readCatalog()).toEqual(before);
});

test('one that fails leaves those before it undone as well, says why, and the next run is not held up', async () => {
  class Good extends Migration {
    override up(): void {
      this.addSql('create schema half');
    }
  }
  class Bad extends Migration {
    override up(): void {
      this.addSql('create table half.done (id int)');
      this.addSql('select 1 / 0');
    }
  }
  const before = await readCatalog();
  const more = [
    ...migrations,
    { name: '99990101000000_good', load: async () => Good },
    { name: '99990102000000_bad', load: async () => Bad },
  ];
  await expect(migrate(database, more)).rejects.toThrow('division by zero');
  expect(await readCatalog()).toEqual(before);
  expect(await pendingMigrations(database, more)).toEqual(['99990101000000_good', '99990102000000_bad']);
  expect(await migrate(database, migrations)).toEqual([]);
});

test('no database is made beside the one that is brought up to date, and its connections have their time limit again', async () => {
  const isNative = database.mode === 'native';
  const { rows: named } = await database.pool.query(`select from pg_database where datname = 'rae'`);
  expect(named).toHaveLength(isNative ? 1 : 0); // natively that of the other tests
  const limits = await Promise.all([1, 2].map(() => database.pool.query('show statement_timeout')));
  expect(limits.map(({ rows }) => rows[0]?.statement_timeout)).toEqual(Array(2).fill(isNative ? '30s' : '0'));
});
