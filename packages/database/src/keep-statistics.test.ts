import { expect, test } from '@jest/globals';
import { openTestDatabase } from '@rae/testkit';
import { analyseTables } from './keep-statistics.ts';

test('every table of ours has statistics once they were gathered', async () => {
  const { database, close } = await openTestDatabase();
  await analyseTables(database);
  const { rows } = await database.pool.query(
    `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('platform', 'memory') and c.relkind = 'r' and c.reltuples < 0`,
  );
  await close();
  expect(rows).toEqual([]);
});
