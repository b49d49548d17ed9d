import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  actAs,
  createTransact,
  type Database,
  migrate,
  openDatabase,
  type Transact,
  WORKER_SCOPE,
} from '@rae/database';
import { createInProcessWakeUp } from '@rae/events';
import {
  type Caller,
  type Context,
  systemClock as clock,
  createCursorCodec,
  isPlatformError,
  NO_CAUSE,
  type Transaction,
  uuidv7,
} from '@rae/kernel';
import { migrations } from '@rae/migrations';
import { silentLogger as logger, testCaller } from '@rae/testkit';
import { ensureFirstTenant, makeKeyAnew } from './bootstrap.ts';
import { createProject } from './create-project.ts';
import { createTenant } from './create-tenant.ts';
import { makeSecret } from './key-secret.ts';

jest.setTimeout(60_000); // the machine may be busy

/** In either mode a database of its own: the first tests want one without a tenant. */
const folder = mkdtempSync(join(tmpdir(), 'rae-identity-'));
let database: Database;
let transact: Transact;
let platform: Caller;
let home: Caller;

beforeAll(async () => {
  database = await openDatabase({ url: null, dataFolder: folder, poolSize: 8, entities: [], logger });
  await migrate(database, migrations);
  transact = createTransact(database, clock, createInProcessWakeUp());
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const as = <T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  transact({ role: 'rae_app', caller, cause: NO_CAUSE }, work);

function contextOf(caller: Caller): Context {
  const work = <T>(use: (tx: Transaction) => Promise<T>) => as(caller, use);
  const peers = { query: () => Promise.reject(new Error('no peer is asked')) };
  const cursors = createCursorCodec('secret');
  const rest = { cause: NO_CAUSE, clock, logger, peers, cursors, traceparent: null, signal: null };
  return { caller, transact: work, read: work, readOnce: work, ...rest };
}

const read = <Row>(caller: Caller, sql: string) => as(caller, (tx) => tx.query<Row>(sql));
const countRows = async (caller: Caller) => {
  const count = (table: string) => `(select count(*)::int from platform.${table}) as ${table}`;
  const tables = ['projects', 'api_keys', 'events', 'audit_log', 'idempotency'];
  const [row] = await read(caller, `select ${tables.map(count).join()}`);
  return row;
};

const refusalOf = (work: () => Promise<unknown>) =>
  (async () => work())().then(
    () => 'accepted',
    (error: unknown) => (isPlatformError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

describe('the first tenant', () => {
  test('a key made anew before there is a tenant is NOT_FOUND', async () => {
    expect(await refusalOf(() => makeKeyAnew(transact))).toContain('NOT_FOUND: There is no tenant yet');
  });

  test('an admin key that is none is BAD_USER_INPUT and makes nothing', async () => {
    for (const key of ['', 'secret', 'rae_short', `rae_${'x'.repeat(129)}`, `rae_${'ä'.repeat(40)}`])
      expect(await refusalOf(() => ensureFirstTenant(transact, key))).toContain('BAD_USER_INPUT: RAE_ADMIN_KEY');
  });

  test('8 starts at once make 1 tenant with 1 project and 1 key, which one of them is told', async () => {
    const preset = makeSecret();
    const starts = await Promise.all(Array.from({ length: 8 }, () => ensureFirstTenant(transact, preset)));
    const [first] = starts;
    expect(new Set(starts.map(({ tenantId, projectId }) => `${tenantId} ${projectId}`)).size).toBe(1);
    expect(starts.flatMap(({ secret }) => secret ?? [])).toEqual([preset]);
    platform = { ...testCaller(first?.tenantId), roles: ['PLATFORM'] };
    expect(await read(platform, 'select name from platform.tenants')).toEqual([{ name: 'default' }]);
    expect(await read(platform, 'select id, name from platform.projects')).toEqual([
      { id: first?.projectId, name: 'default' },
    ]);
    expect(await read(platform, 'select roles, prefix, project_id from platform.api_keys')).toEqual([
      { roles: ['ADMIN', 'PLATFORM'], prefix: preset.slice(0, 12), project_id: null },
    ]);
    const events = await read<{ type: string }>(platform, 'select type from platform.events order by seq');
    expect(events.map(({ type }) => type)).toEqual(['tenant.created', 'project.created', 'key.created']);
  });

  test('a later start with another preset key changes nothing', async () => {
    const before = await countRows(platform);
    expect(await ensureFirstTenant(transact, makeSecret())).toMatchObject({
      tenantId: platform.tenantId,
      secret: null,
    });
    expect(await countRows(platform)).toEqual(before);
  });

  test('a key made anew is ADMIN and PLATFORM of the first tenant, and the others stay', async () => {
    const { apiKey } = await makeKeyAnew(transact);
    expect(apiKey).toMatchObject({
      tenantId: platform.tenantId,
      roles: ['ADMIN', 'PLATFORM'],
      createdBy: 'system:start',
    });
    expect(await read(platform, 'select 1 from platform.api_keys where revoked_at is null')).toHaveLength(2);
  });
});

describe('createTenant', () => {
  test('makes a tenant, its project default and its first ADMIN key, told of in both tenants', async () => {
    const { tenant, project, apiKey, secret } = await createTenant(contextOf(platform), { name: 'Żółw & Co' });
    home = testCaller(tenant.id);
    expect(tenant.name).toBe('Żółw & Co');
    expect(project).toMatchObject({ name: 'default', tenantId: tenant.id });
    expect(apiKey).toMatchObject({ roles: ['ADMIN'], projectId: null, createdBy: platform.actor, tenantId: tenant.id });
    expect(secret).toMatch(/^rae_[A-Za-z0-9_-]{43}$/);
    const events = await read<{ type: string }>(home, 'select type from platform.events order by seq');
    expect(events.map(({ type }) => type)).toEqual(['tenant.created', 'project.created', 'key.created']);
    const audited = `select action, actor from platform.audit_log where subject = 'tenant:${tenant.id}'`;
    const told = `select payload from platform.events where subject = '${tenant.id}'`;
    for (const caller of [home, platform]) {
      expect(await read(caller, audited)).toEqual([{ action: 'createTenant', actor: platform.actor }]);
      expect(await read(caller, told)).toEqual([{ payload: { tenantId: tenant.id, name: 'Żółw & Co' } }]);
    }
  });

  test('wants a key that is bound to nothing', async () => {
    for (const bound of [{ projectId: testCaller().tenantId }, { agentId: 'a' }, { userId: 'u' }])
      expect(await refusalOf(() => createTenant(contextOf({ ...platform, ...bound }), { name: 'x' }))).toBe(
        `FORBIDDEN: createTenant wants a key of the whole tenant; this one is bound to ${Object.keys(bound)[0]}.`,
      );
  });

  test('8 at once under one idempotencyKey show 1 secret and make 1 tenant; the others are CONFLICT, never to be retried', async () => {
    const input = { name: 'once', idempotencyKey: 'once' };
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => createTenant(contextOf(platform), input)));
    const made = all.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? one.reason : []));
    expect([made.length, refused.length]).toEqual([1, 7]);
    const message = `This idempotencyKey has made tenant ${made[0]?.tenant.id}, and its secret was shown then`;
    for (const error of refused)
      expect(error).toMatchObject({ code: 'CONFLICT', retryable: false, message: expect.stringContaining(message) });
    const other = () => createTenant(contextOf(platform), { ...input, name: 'other' });
    expect(await refusalOf(other)).toContain('IDEMPOTENCY_CONFLICT');
  });
});

describe('createProject', () => {
  const create = (name: string, idempotencyKey?: string, caller = home) =>
    createProject(contextOf(caller), { name, idempotencyKey: idempotencyKey ?? null });

  test('20 at once under one idempotencyKey make 1 project and give it 20 times; another name under it is refused', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => create('p', 'key')));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await refusalOf(() => create('q', 'key'))).toContain('IDEMPOTENCY_CONFLICT');
    expect(await countRows(home)).toEqual({ projects: 2, api_keys: 1, events: 4, audit_log: 4, idempotency: 1 });
  });

  test('a name that the tenant has is a CONFLICT naming it, leaves nothing behind, and is free in another tenant', async () => {
    const before = await countRows(home);
    expect(await refusalOf(() => create('p', 'another key'))).toBe(
      'CONFLICT: There is a project named "p" already; take another name.',
    );
    expect(await countRows(home)).toEqual(before);
    expect((await create('p', 'key', platform)).tenantId).toBe(platform.tenantId);
  });

  test('wants a key that is bound to nothing', async () => {
    expect(await refusalOf(() => create('x', undefined, { ...home, agentId: 'a' }))).toContain(
      'FORBIDDEN: createProject',
    );
  });

  test.each([
    ['empty', ''],
    ['blank', ' \n '],
    ['201 characters long', 'x'.repeat(201)],
    ['65 537 characters long', 'x'.repeat(65_537)],
    ['a NUL', '\0'],
    ['an unpaired surrogate', 'a\ud800b'],
  ])(
    'a name that is %s is BAD_USER_INPUT naming input.name and makes nothing; of a tenant as well',
    async (_, name) => {
      const before = [await countRows(home), await countRows(platform)];
      expect(await refusalOf(() => create(name, 'bad'))).toContain('BAD_USER_INPUT: input.name: ');
      const tenant = () => createTenant(contextOf(platform), { name, idempotencyKey: 'bad' });
      expect(await refusalOf(tenant)).toContain('BAD_USER_INPUT: input.name: ');
      expect([await countRows(home), await countRows(platform)]).toEqual(before);
    },
  );

  test.each(['', 'x'.repeat(201), '\0'])('the idempotencyKey %j is BAD_USER_INPUT and makes nothing', async (key) => {
    const before = await countRows(home);
    expect(await refusalOf(() => create('unmade', key))).toContain('BAD_USER_INPUT: idempotencyKey: ');
    expect(await countRows(home)).toEqual(before);
  });
});

describe('the walls of the database', () => {
  const asWorker = (sql: string) => transact(WORKER_SCOPE, (tx) => tx.query(sql));

  test('rae_worker reads tenants and keys, and is refused everything else of identity, audit and idempotency', async () => {
    await asWorker('select id from platform.tenants');
    await asWorker('select hash from platform.api_keys');
    for (const statement of [
      'select 1 from platform.projects',
      'select 1 from platform.audit_log',
      'select 1 from platform.audit_heads',
      'select 1 from platform.idempotency',
      'update platform.api_keys set revoked_at = null',
      'delete from platform.api_keys',
      `update platform.tenants set name = ''`,
      `insert into platform.tenants values ('${uuidv7()}', 'x', now())`,
    ])
      await expect(asWorker(statement)).rejects.toThrow('permission denied');
  });

  test('another tenant sees and changes no tenant, project or key of this one, and writes none into it', async () => {
    const other = testCaller();
    const theirs = (sql: string, values: unknown[] = []) => as(other, (tx) => tx.query(sql, values));
    for (const table of ['tenants', 'projects', 'api_keys', 'audit_log', 'audit_heads'])
      expect(await theirs(`select 1 from platform.${table}`)).toEqual([]);
    expect(await theirs('update platform.api_keys set revoked_at = now() returning id')).toEqual([]);
    await expect(
      theirs(`insert into platform.projects values ($1, $2, 'x', now())`, [uuidv7(), home.tenantId]),
    ).rejects.toThrow('row-level security');
  });

  test('a transaction that acts for another tenant sees the rows of that one alone, and comes back', async () => {
    const seen = await as(home, async (tx) => {
      const count = async () => (await tx.query('select 1 from platform.projects')).length > 0;
      const before = await count();
      await actAs(tx, { ...tx.caller, tenantId: uuidv7() });
      const between = await count();
      await actAs(tx, tx.caller);
      return [before, between, await count()];
    });
    expect(seen).toEqual([true, false, true]);
  });
});
