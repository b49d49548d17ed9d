import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, type Transaction, uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const ask = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await db.database.pool.query(sql, values)).rows;

const addJob = (tx: Transaction, subject: string, tenantId = tx.caller.tenantId) =>
  tx.query(
    `insert into platform.jobs (id, tenant_id, kind, subject, payload, run_at, created_at) values ($1, $2, 'walls', $3, '{}', now(), now())`,
    [uuidv7(), tenantId, subject],
  );
const countJobs = async (tx: Transaction): Promise<number> =>
  (await tx.query<{ count: number }>('select count(*)::int as count from platform.jobs'))[0]?.count ?? -1;

async function callerWithJobs(count: number): Promise<Caller> {
  const caller = testCaller();
  await db.as(caller, async (tx) => {
    for (let n = 0; n < count; n++) await addJob(tx, `${n}`);
  });
  return caller;
}

/** Tables of all schemas that rae_owner owns: a new subgraph's are among them. */
const TABLES = `select c.oid, n.nspname || '.' || c.relname as name, c.relispartition as "isPartition",
    c.relrowsecurity and c.relforcerowsecurity as forced
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where pg_get_userbyid(n.nspowner) = 'rae_owner' and c.relkind in ('r', 'p')`;

describe('rae_app', () => {
  test('sees, changes and deletes the rows of its tenant alone', async () => {
    const [one, other] = [await callerWithJobs(2), await callerWithJobs(3)];
    expect(await db.as(one, countJobs)).toBe(2);
    const touched = await db.as(one, (tx) => tx.query('update platform.jobs set attempt = 1 returning id'));
    expect(touched).toHaveLength(2);
    await db.as(one, (tx) => tx.query('delete from platform.jobs'));
    expect([await db.as(one, countJobs), await db.as(other, countJobs)]).toEqual([0, 3]);
  });

  test('sees nothing without a tenant', async () => {
    await callerWithJobs(1);
    expect(await db.as(testCaller(''), countJobs)).toBe(0);
  });

  test('is refused a row of another tenant, new or moved there', async () => {
    const [one, other] = [await callerWithJobs(1), testCaller()];
    const forged = db.as(one, (tx) => addJob(tx, 'forged', other.tenantId));
    await expect(forged).rejects.toThrow('new row violates row-level security policy');
    const moved = db.as(one, (tx) => tx.query('update platform.jobs set tenant_id = $1', [other.tenantId]));
    await expect(moved).rejects.toThrow('new row violates row-level security policy');
  });

  test('alone takes down no wall: it owns no table, and neither bypasses policies nor gives itself the right to', async () => {
    const caller = await callerWithJobs(1);
    const refused: [string, RegExp][] = [
      ['alter table platform.jobs disable row level security', /must be owner/],
      ['alter table platform.jobs no force row level security', /must be owner/],
      ['alter table platform.jobs owner to rae_app', /must be owner/],
      ['drop policy tenant on platform.jobs', /must be owner/],
      ['create policy mine on platform.jobs using (true)', /must be owner/],
      ['create table platform.mine (id int)', /permission denied/],
      ['alter role rae_app bypassrls', /permission denied|must be superuser/],
      ['grant rae_owner to rae_app', /permission denied|must have admin option/],
      ["select platform.make_event_days('2020-01-01', 1)", /permission denied/],
      ["select platform.drop_event_days('2020-01-01')", /permission denied/],
      ['select platform.prune_idempotency(1)', /permission denied/],
      ['set local row_security = off; select 1 from platform.jobs', /affected by row-level security/],
    ];
    for (const [statement, reason] of refused)
      await expect(db.as(caller, (tx) => tx.query(statement))).rejects.toThrow(reason);
  });

  // What does not hold: a session may always take another role of its own, so SQL is never made of input.
  test('is a role without log-in, superuser, bypass or membership, as rae_worker and rae_owner are', async () => {
    const roles = await ask(
      `select rolname as name, rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as mighty,
        exists (select from pg_auth_members m where m.member = r.oid) as member from pg_roles r
        where rolname in ('rae_app', 'rae_worker', 'rae_owner') order by 1`,
    );
    expect(roles).toEqual(
      ['rae_app', 'rae_owner', 'rae_worker'].map((name) => ({ name, mighty: false, member: false })),
    );
  });
});

describe('the next user of a connection', () => {
  test('has neither role nor tenant of the one before, after a commit, an error and a failed commit', async () => {
    const caller = testCaller();
    const endings: (() => Promise<unknown>)[] = [
      () => db.as(caller, (tx) => tx.query('select 1')),
      () => db.as(caller, (tx) => tx.query('select 1 / 0')),
      () => db.as(caller, () => Promise.reject(new Error('no'))),
      () => db.as(caller, (tx) => tx.query('select 1 / 0').catch(() => {})),
      () => db.asWorker((tx) => tx.query('select 1')),
    ];
    const session = 'select session_user::text as name';
    const [before] = await ask(session);
    for (const end of endings) {
      await end().catch(() => {});
      const all = Array.from({ length: 8 }, () =>
        ask(`select current_user::text as name, coalesce(current_setting('app.tenant', true), '') as tenant`),
      );
      for (const [next] of await Promise.all(all)) expect(next).toEqual({ ...Object(before), tenant: '' });
    }
  });
});

describe('every table', () => {
  /** No row of these is a tenant's. */
  const WITHOUT_TENANT = [
    'memory.embedding_model',
    'platform.admission',
    'platform.event_cursors',
    'platform.event_log',
  ];
  const OWN = "(NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid";

  test('has forced row-level security and a policy of its tenant; only the cursors, the log’s state, the word on who admits and the model of the vectors have none', async () => {
    const tables = await ask<{ oid: number; name: string; isPartition: boolean; forced: boolean }>(TABLES);
    expect(tables.length).toBeGreaterThan(10);
    const walled = tables.filter(({ name, isPartition }) => !isPartition && !WITHOUT_TENANT.includes(name));
    for (const { oid, name, forced } of walled) {
      const [policy] = await ask(
        `select polroles::regrole[]::text[] as roles, polcmd as command, polpermissive as permissive,
          pg_get_expr(polqual, polrelid) as sees, pg_get_expr(polwithcheck, polrelid) as writes
          from pg_policy where polrelid = $1 and polname = 'tenant'`,
        [oid],
      );
      const own = `(${name === 'platform.tenants' ? 'id' : 'tenant_id'} = ${OWN})`;
      const expected = { roles: ['rae_app'], command: '*', permissive: true, sees: own, writes: own };
      expect({ name, forced, policy }).toEqual({ name, forced: true, policy: expected });
    }
  });

  test('of one day of the log is out of reach but through the log, whose policies hold', async () => {
    const reachable = await ask(
      `select name from (${TABLES}) t, unnest(array['rae_app', 'rae_worker']) role
        where "isPartition" and has_table_privilege(role, t.oid, 'select, insert, update, delete, truncate')`,
    );
    const [{ days } = { days: 0 }] = await ask<{ days: number }>(
      `select count(*)::int as days from (${TABLES}) t where "isPartition"`,
    );
    expect([reachable, days]).toEqual([[], expect.any(Number)]);
    expect(days).toBeGreaterThanOrEqual(8);
  });
});

describe('rae_worker', () => {
  /** Across all tenants: what it reads, and what it claims. */
  const READS = [
    'platform.admission',
    'platform.api_keys',
    'platform.budget_windows',
    'platform.cost_cursors',
    'platform.event_cursors',
    'platform.event_log',
    'platform.event_quarantine',
    'platform.events',
    'platform.jobs',
    'platform.ledger_heads',
    'platform.local_usage',
    'platform.reservations',
    'platform.tenants',
  ];
  const UPDATES = ['platform.event_cursors', 'platform.jobs'];
  const INSERTS = ['platform.event_cursors'];

  test('reads 13 tables of platform, updates 2 and inserts into 1, and is refused all others', async () => {
    const granted = async (right: string) => {
      const rows = await ask<{ name: string }>(
        `select name from (${TABLES}) t where has_any_column_privilege('rae_worker', oid, $1) order by name`,
        [right],
      );
      return rows.map(({ name }) => name);
    };
    expect(await granted('select')).toEqual(READS);
    expect(await granted('update')).toEqual(UPDATES);
    expect(await granted('insert')).toEqual(INSERTS);
    const deletes = await ask(
      `select name from (${TABLES}) t where has_table_privilege('rae_worker', oid, 'delete, truncate')`,
    );
    expect(deletes).toEqual([]);
    const others = await ask<{ name: string }>(`select name from (${TABLES}) t where not name = any($1)`, [READS]);
    for (const { name } of others)
      await expect(db.asWorker((tx) => tx.query(`select from ${name}`))).rejects.toThrow('permission denied');
  });

  test('claims with SKIP LOCKED what nobody else has claimed, of every tenant', async () => {
    const [one, other] = [await callerWithJobs(1), await callerWithJobs(1)];
    const tenants = [one.tenantId, other.tenantId];
    const claim = (tx: Transaction) =>
      tx.query<{ tenant: string }>(
        `update platform.jobs set lease_token = $2 where id in (select id from platform.jobs
          where tenant_id = any($1) and lease_token is null order by id limit 1 for update skip locked)
          returning tenant_id as tenant`,
        [tenants, uuidv7()],
      );
    const claimed = await Promise.all([1, 2, 3].map(() => db.asWorker(claim)));
    expect(
      claimed
        .flat()
        .map(({ tenant }) => tenant)
        .sort(),
    ).toEqual(tenants.sort());
  });

  test('and rae_app act with more rights only through functions that have a fixed search path and are not everybody’s', async () => {
    const functions = await ask(
      `select p.oid::regprocedure::text as name, proconfig as settings, has_function_privilege('rae_app', p.oid, 'execute') as app,
          has_function_privilege('rae_worker', p.oid, 'execute') as worker
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where prosecdef and pg_get_userbyid(n.nspowner) = 'rae_owner' order by 1`,
    );
    const settings = ['search_path=pg_catalog'];
    const common = { settings, app: false, worker: true };
    const ofTenant = { settings, app: true, worker: false };
    expect(functions).toEqual([
      { name: 'memory.end_lost_answers()', ...common },
      { name: 'memory.prune_answer_frames(integer)', ...common },
      { name: 'memory.prune_answer_searches(integer,integer)', ...common },
      { name: 'memory.prune_gone(integer)', ...common },
      { name: 'memory.prune_runs(integer)', ...common },
      { name: 'platform.change_admission(text,bigint,timestamp with time zone)', ...common },
      { name: 'platform.drop_event_days(date)', ...common },
      { name: 'platform.forget_event_tags(text[])', ...ofTenant },
      { name: 'platform.forget_ledger_labels(text[],text,text,text,timestamp with time zone)', ...ofTenant },
      { name: 'platform.make_event_days(date,integer)', ...common },
      { name: 'platform.prune_audit(uuid,bigint)', ...common },
      { name: 'platform.prune_idempotency(integer)', ...common },
      { name: 'platform.prune_ledger(uuid,bigint)', ...common },
    ]);
  });
});
