import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg, { type PoolClient } from 'pg';

/** The ORM's query engine on one connection that somebody else holds: never taken from the pool, never given back from here. */
export function kyselyOnClient(client: PoolClient): Kysely<unknown> {
  // A wrapper that calls the client's own methods: an object derived from it would keep the driver's state twice.
  const held: PostgresPoolClient = { ...client, query: client.query.bind(client), release: () => {} };
  const pool = Object.assign(Object.create(pg.Pool.prototype), {
    options: {},
    connect: async () => held,
    end: async () => {},
  });
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}
