import pg, { type Connection, type PoolClient } from 'pg';

/** What the statement behind it runs under. */
export interface Scope {
  readonly role: string;
  readonly tenantId: string;
}

export interface ScopedStatement {
  /** Unnamed: parsed anew each time. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Names the statement below; PGlite's clients share one backend and so one space of names. */
const scopes = new WeakMap<PoolClient, string>();
let lastNumber = 0;

/** No row comes back, so that only the statement behind it describes any. */
const SET_SCOPE = `with scope as materialized (select set_config('role', $1, true) as role, set_config('app.tenant', $2, true) as tenant)
  select from scope where role is null or tenant is null`;

function scopeOf(client: PoolClient): string {
  const known = scopes.get(client);
  if (known) return known;
  const name = `rae_scope_${++lastNumber}`;
  // Not waited for: should it fail, so does what is sent behind it.
  client.query(`prepare ${name} (text, text) as ${SET_SCOPE}`).catch(() => scopes.delete(client));
  scopes.set(client, name);
  return name;
}

/** The driver's own query, with role and tenant bound in the same batch ahead of it. */
class ScopedQuery extends pg.Query {
  readonly #name: string;
  readonly #scope: Scope;

  constructor(name: string, scope: Scope, { values, ...statement }: ScopedStatement) {
    super({ ...statement, values: [...values], queryMode: 'extended' });
    this.#name = name;
    this.#scope = scope;
  }

  override prepare(connection: Connection): void {
    const { role, tenantId } = this.#scope;
    connection.bind({ portal: '', statement: this.#name, values: [role, tenantId] });
    connection.execute({ portal: '' });
    super.prepare(connection);
  }
}

/**
 * One statement as a transaction of its own, in one batch and one answer: what is bound up to a Sync is one transaction
 * (PostgreSQL documentation, "Pipelining"), so that nothing has to begin or end it. Half the database's time of begin,
 * statement and commit (measured on PGlite: 190 instead of 355 µs for a row by its key).
 */
export function queryScoped(client: PoolClient, scope: Scope, statement: ScopedStatement): Promise<unknown[]> {
  const name = scopeOf(client);
  return new Promise((resolve, reject) => {
    const query = new ScopedQuery(name, scope, statement);
    query.callback = (error, results) => {
      if (error) reject(error);
      else resolve(results.at(-1)?.rows ?? []); // the first one is the scope's
    };
    client.query(query);
  });
}
