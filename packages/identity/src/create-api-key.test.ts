import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type Caller,
  type Context,
  createCursorCodec,
  isPlatformError,
  NO_CAUSE,
  type Transaction,
  uuidv7,
} from '@rae/kernel';
import { openTestDatabase, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';
import { type CreateApiKeyInput, createApiKey } from './create-api-key.ts';
import { makeTenant } from './make-tenant.ts';
import { projectToRead, projectToWrite } from './project-scope.ts';
import { listProjectIds } from './queries/list-project-ids.ts';
import { revokeApiKey } from './revoke-api-key.ts';

jest.setTimeout(60_000); // the machine may be busy

let db: TestDatabase;
let home: Caller;
let projectId: string;
let theirProjectId: string;

function contextOf(caller: Caller): Context {
  const work = <T>(use: (tx: Transaction) => Promise<T>) => db.as(caller, use);
  const peers = { query: () => Promise.reject(new Error('no peer is asked')) };
  const clock = { now: () => new Date() };
  const rest = { cause: NO_CAUSE, clock, logger: silentLogger, peers, traceparent: null, signal: null };
  return { caller, transact: work, read: work, readOnce: work, cursors: createCursorCodec('secret'), ...rest };
}

const newTenant = async (): Promise<{ caller: Caller; projectId: string }> => {
  const caller = testCaller();
  const { project } = await db.asWorker((tx) => makeTenant(tx, caller, { name: 'tenant', roles: ['ADMIN'] }));
  return { caller, projectId: project.id };
};

beforeAll(async () => {
  db = await openTestDatabase();
  ({ caller: home, projectId } = await newTenant());
  ({ projectId: theirProjectId } = await newTenant());
});
afterAll(() => db.close());

const create = (caller: Caller, input: Partial<CreateApiKeyInput> = {}) =>
  createApiKey(contextOf(caller), { name: 'k', roles: ['READER'], ...input });

const refusalOf = (work: () => Promise<unknown>) =>
  (async () => work())().then(
    () => 'accepted',
    (error: unknown) => (isPlatformError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

const read = <Row>(caller: Caller, sql: string) => db.as(caller, (tx) => tx.query<Row>(sql));
const countRows = async (caller: Caller) => {
  const count = (table: string) => `(select count(*)::int from platform.${table}) as ${table}`;
  const [row] = await read(caller, `select ${['api_keys', 'events', 'audit_log', 'idempotency'].map(count).join()}`);
  return row;
};

describe('createApiKey', () => {
  test('keeps what is asked for, and of the secret a prefix of 12 characters and a hash of 32 bytes', async () => {
    const expiresAt = new Date('2100-01-01T00:00:00.000Z');
    const asked = { name: 'agent', projectId, agentId: 'a', userId: 'u', expiresAt };
    const { apiKey, secret } = await create(home, { ...asked, roles: ['AGENT', 'READER', 'AGENT'] });
    expect(apiKey).toMatchObject({ ...asked, roles: ['AGENT', 'READER'], createdBy: home.actor, revokedAt: null });
    const kept = `select name, prefix, project_id, roles, expires_at, length(hash) as hash_bytes
      from platform.api_keys where id = '${apiKey.id}'`;
    expect(await read(home, kept)).toEqual([
      {
        name: 'agent',
        prefix: secret.slice(0, 12),
        project_id: projectId,
        roles: ['AGENT', 'READER'],
        expires_at: expiresAt,
        hash_bytes: 32,
      },
    ]);
  });

  test('tells of it in the log and the audit log; the secret is nowhere in the database', async () => {
    const { apiKey, secret } = await create(home, { agentId: 'a', idempotencyKey: 'told' });
    const said = { name: 'k', roles: ['READER'], projectId: null, agentId: 'a', userId: null, expiresAt: null };
    const told = `select type, actor, project_id, payload from platform.events where subject = '${apiKey.id}'`;
    expect(await read(home, told)).toEqual([
      { type: 'key.created', actor: home.actor, project_id: null, payload: { apiKeyId: apiKey.id, ...said } },
    ]);
    const line = `select action, detail from platform.audit_log where subject = 'apiKey:${apiKey.id}'`;
    expect(await read(home, line)).toEqual([{ action: 'createApiKey', detail: said }]);
    for (const table of ['events', 'audit_log', 'idempotency', 'api_keys']) {
      const rows = await read(home, `select t::text as row from platform.${table} t`);
      expect(JSON.stringify(rows)).not.toContain(secret.slice(12));
    }
  });

  test('of a bound caller makes a key of the same binding', async () => {
    const { apiKey } = await create({ ...home, projectId, agentId: 'a', userId: 'u' });
    expect(apiKey).toMatchObject({ projectId, agentId: 'a', userId: 'u' });
  });

  test('refuses what is wider than the caller, and a project of another tenant as one that is not there', async () => {
    const bound: Caller = { ...home, projectId, agentId: 'a' };
    const before = await countRows(home);
    expect(await refusalOf(() => create(bound, { agentId: 'b' }))).toContain('FORBIDDEN: A key bound to agentId "a"');
    expect(await refusalOf(() => create(bound, { projectId: uuidv7() }))).toContain('NOT_FOUND');
    expect(await refusalOf(() => create(home, { roles: ['PLATFORM'] }))).toContain('FORBIDDEN: A key gives no role');
    for (const id of [theirProjectId, uuidv7()])
      expect(await refusalOf(() => create(home, { projectId: id, idempotencyKey: 'none' }))).toBe(
        `NOT_FOUND: There is no project with the id ${id}.`,
      );
    expect(await countRows(home)).toEqual(before);
  });

  test.each([
    ['a name of 65 537 characters', { name: 'x'.repeat(65_537) }, 'BAD_USER_INPUT: input.name: '],
    ['a name with a NUL', { name: '\0' }, 'BAD_USER_INPUT: input.name: '],
    ['no role', { roles: [] }, 'BAD_USER_INPUT: input.roles: '],
    ['an expiry that has passed', { expiresAt: new Date(0) }, 'BAD_USER_INPUT: input.expiresAt: must be in the future'],
    ['a project that is no UUID', { projectId: 'x' }, 'BAD_USER_INPUT: input.projectId: must be a UUID'],
    ['a user of 201 characters', { userId: 'x'.repeat(201) }, 'BAD_USER_INPUT: input.userId: '],
    ['an empty idempotencyKey', { idempotencyKey: '' }, 'BAD_USER_INPUT: idempotencyKey: '],
  ])('with %s is refused and makes nothing', async (_, input, refusal) => {
    const before = await countRows(home);
    expect(await refusalOf(() => create(home, { idempotencyKey: 'bad', ...input }))).toContain(refusal);
    expect(await countRows(home)).toEqual(before);
  });

  test('8 at once under one idempotencyKey show 1 secret and make 1 key; the others are CONFLICT, never to be retried', async () => {
    const { caller } = await newTenant();
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => create(caller, { idempotencyKey: 'once' })));
    const made = all.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? one.reason : []));
    expect([made.length, refused.length]).toEqual([1, 7]);
    const message = `This idempotencyKey has made API key ${made[0]?.apiKey.id}, and its secret was shown then`;
    for (const error of refused)
      expect(error).toMatchObject({ code: 'CONFLICT', retryable: false, message: expect.stringContaining(message) });
    expect(await countRows(caller)).toEqual({ api_keys: 2, events: 4, audit_log: 4, idempotency: 1 });
    const other = () => create(caller, { idempotencyKey: 'once', agentId: 'a' });
    expect(await refusalOf(other)).toContain('IDEMPOTENCY_CONFLICT');
  });
});

describe('revokeApiKey', () => {
  test('20 at once end a key once, tell of it once, and give the same revokedAt', async () => {
    const { caller } = await newTenant();
    const { apiKey } = await create(caller);
    const all = await Promise.all(Array.from({ length: 20 }, () => revokeApiKey(contextOf(caller), apiKey.id)));
    expect(new Set(all.map(({ revokedAt }) => revokedAt?.toISOString())).size).toBe(1);
    const told = `select payload from platform.events where type = 'key.revoked'`;
    expect(await read(caller, told)).toEqual([{ payload: { apiKeyId: apiKey.id, name: 'k', projectId: null } }]);
    const audited = `select subject from platform.audit_log where action = 'revokeApiKey'`;
    expect(await read(caller, audited)).toEqual([{ subject: `apiKey:${apiKey.id}` }]);
  });

  test('of another tenant, of another binding and of no key is NOT_FOUND, and the key stays', async () => {
    const { apiKey } = await create(home, { agentId: 'b' });
    const { caller: stranger } = await newTenant();
    const revoke = (caller: Caller, id: string) => refusalOf(() => revokeApiKey(contextOf(caller), id));
    const refused = `NOT_FOUND: There is no apiKey with the id ${apiKey.id}.`;
    expect(await revoke(stranger, apiKey.id)).toBe(refused);
    expect(await revoke({ ...home, agentId: 'a' }, apiKey.id)).toBe(refused);
    expect(await revoke(home, uuidv7())).toContain('NOT_FOUND');
    expect(await revoke(home, 'x')).toContain('BAD_USER_INPUT: id: must be a UUID');
    const kept = `select 1 from platform.api_keys where id = '${apiKey.id}' and revoked_at is null`;
    expect(await read(home, kept)).toHaveLength(1);
  });
});

describe('the project of a call', () => {
  const toRead = (caller: Caller, asked: string | null) =>
    db.as(caller, (tx) => projectToRead(tx, asked, 'filter.projectId')).catch((error: Error) => error.message);
  const toWrite = (caller: Caller, asked: string | null) =>
    db.as(caller, (tx) => projectToWrite(tx, asked, 'input.projectId')).catch((error: Error) => error.message);

  test('is the one it names, else the caller’s own; without either a read goes to all and a write is refused', async () => {
    const bound: Caller = { ...home, projectId };
    expect(await toRead(home, projectId.toUpperCase())).toBe(projectId);
    expect(await toRead(bound, null)).toBe(projectId);
    expect(await toRead(home, null)).toBeNull();
    expect(await toWrite(bound, null)).toBe(projectId);
    expect(await toWrite(home, projectId)).toBe(projectId);
    expect(await toWrite(home, null)).toContain('input.projectId: must name a project');
    expect(await db.as(home, listProjectIds)).toEqual([projectId]);
  });

  test('is not found in another tenant, or under another binding', async () => {
    for (const find of [toRead, toWrite]) {
      expect(await find(home, theirProjectId)).toBe(`There is no project with the id ${theirProjectId}.`);
      expect(await find({ ...home, projectId: uuidv7() }, projectId)).toBe(
        `There is no project with the id ${projectId}.`,
      );
      expect(await find(home, 'x')).toContain('must be a UUID');
    }
  });
});
