import { Migration } from '@mikro-orm/migrations';

/** One migration: statements up, statements down, all in one transaction and all owned by rae_owner. */
export function migration(up: readonly string[], down: readonly string[]) {
  return class extends Migration {
    #run(statements: readonly string[]): void {
      this.addSql('set local role rae_owner');
      for (const statement of statements) this.addSql(statement);
      this.addSql('reset role');
    }

    override up(): void {
      this.#run(up);
    }

    override down(): void {
      this.#run(down);
    }
  };
}

/**
 * For functions in plpgsql that are called often: their statements are planned once a connection. For those over arrays Postgres
 * would make a plan at every call, which takes longer than to run it.
 */
export const PLANNED_ONCE = 'set plan_cache_mode = force_generic_plan';

const TENANT = "nullif(current_setting('app.tenant', true), '')::uuid";

/** Row-level security of a tenant table: rae_app sees and writes the rows of its tenant alone, and an unset tenant sees nothing. */
export const tenantWall = (table: string, column = 'tenant_id'): string[] => [
  `alter table ${table} enable row level security`,
  `alter table ${table} force row level security`,
  `create policy tenant on ${table} to rae_app using (${column} = ${TENANT}) with check (${column} = ${TENANT})`,
];

/** rae_worker sees all tenants' rows of this table. */
export const workerReads = (table: string): string[] => [
  `create policy worker_reads on ${table} for select to rae_worker using (true)`,
  `grant select on ${table} to rae_worker`,
];

/** For UPDATE as well: with a policy for SELECT alone, FOR UPDATE SKIP LOCKED claims nothing and says nothing. */
export const workerClaims = (table: string): string[] => [
  ...workerReads(table),
  `create policy worker_claims on ${table} for update to rae_worker using (true) with check (true)`,
  `grant update on ${table} to rae_worker`,
];
