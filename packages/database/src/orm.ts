import { type EntityManager, type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import type { PoolClient } from 'pg';
import { kyselyOnClient } from './kysely-on-client.ts';

/** @param client for its greeting: another connection would be waited for inside a transaction of ours */
export async function openOrm(entities: readonly EntitySchema[], client: () => PoolClient): Promise<MikroORM> {
  const orm = await MikroORM.init({
    entities: [...entities],
    discovery: { warnWhenNoEntities: false },
    dbName: 'rae',
    ensureDatabase: false,
    driverOptions: () => kyselyOnClient(client),
    ignoreUndefinedInQuery: true,
    forceUtcTimezone: true,
  });
  await orm.connect();
  return orm;
}

/** A unit of work on one connection, inside the transaction that is open there. */
export function manageOn(orm: MikroORM, client: () => PoolClient): EntityManager {
  const manager = orm.em.fork();
  manager.setTransactionContext(kyselyOnClient(client));
  return manager;
}
