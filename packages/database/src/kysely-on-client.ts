import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg, { type PoolClient } from 'pg';

/**
 * The ORM's query engine on one connection that somebody else holds: never taken from the pool, never given back from here.
 *
 * @param holder asked before each statement; throws once it holds the connection no longer
 */
export function kyselyOnClient(holder: () => PoolClient): Kysely<unknown> {
  const held: PostgresPoolClient = {
    ...holder(),
    // The client's own method: an object derived from the client would keep the driver's state twice.
    get query() {
      const client = holder();
      return client.query.bind(client);
    },
    release: () => {},
  };
  const pool = Object.assign(Object.create(pg.Pool.prototype), {
    options: {},
    connect: async () => held,
    end: async () => {},
  });
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}
