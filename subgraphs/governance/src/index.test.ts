import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actAs } from '@rae/database';
import { guardResolvers } from '@rae/identity';
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
import { type GraphQLSchema, graphql } from 'graphql';
import { createGovernanceSubgraph } from './index.ts';

const subgraph = createGovernanceSubgraph();
const cursors = createCursorCodec('a secret for cursors');
let db: TestDatabase;
let schema: GraphQLSchema;
let platform: Caller;
let home: Caller;

function contextOf(caller: Caller): Context {
  const work = <T>(use: (tx: Transaction) => Promise<T>) => db.as(caller, use);
  const peers = { query: () => Promise.reject(new Error('no peer is asked')) };
  const rest = { clock: { now: () => new Date() }, logger: silentLogger, traceparent: null, signal: null };
  return subgraph.extend({ caller, cause: NO_CAUSE, peers, cursors, transact: work, read: work, ...rest });
}

type Data = { [key: string]: Data } & string & Data[];

/** The data, or `CODE: message` of the first error. */
async function ask(caller: Caller, source: string, variableValues: Record<string, unknown> = {}) {
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue: contextOf(caller) });
  const cause = errors?.[0]?.originalError;
  const error = cause ?? errors?.[0];
  return {
    data: data as Data,
    error: isPlatformError(error) ? `${error.code}: ${error.message}` : error?.message,
    cause,
  };
}

const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  secret apiKey { id name prefix roles projectId agentId userId createdBy expiresAt revokedAt lastUsedAt } } }`;
const CREATE_PROJECT =
  'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id name tenant { id } } } }';
const CREATE_TENANT = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
  secret apiKey { id roles createdBy projectId } project { id name tenant { id name } }
  tenant { id name projects { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } } } } }`;
const REVOKE = 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id revokedAt } } }';
const KEYS = `query ($projectId: ID, $includeRevoked: Boolean! = false, $first: Int! = 200, $after: String) {
  apiKeys(projectId: $projectId, includeRevoked: $includeRevoked, first: $first, after: $after) {
    totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const PROJECTS = `query ($first: Int! = 200, $after: String) { projects(first: $first, after: $after) {
  totalCount nodes { id name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

const createKey = async (caller: Caller, input: Record<string, unknown>) => {
  const { data, error } = await ask(caller, CREATE_KEY, { input: { name: 'k', roles: ['READER'], ...input } });
  return { ...data?.createApiKey, error };
};
const createProject = async (caller: Caller, name: string, idempotencyKey?: string) => {
  const { data, error } = await ask(caller, CREATE_PROJECT, { input: { name, idempotencyKey } });
  return { ...data?.createProject?.project, error };
};
/** A new tenant as its first key sees it. */
async function createTenant(): Promise<Caller> {
  const { data } = await ask(platform, CREATE_TENANT, { input: { name: 'tenant' } });
  const { tenant, apiKey } = data.createTenant ?? {};
  return { ...testCaller(tenant?.id), apiKeyId: apiKey?.id ?? null, actor: `key:${apiKey?.id}` };
}
const read = <Row>(caller: Caller, sql: string) => db.as(caller, (tx) => tx.query<Row>(sql));
const writtenBy = async (caller: Caller) => {
  const count = (table: string) => `(select count(*)::int from platform.${table}) as ${table}`;
  const [row] = await read(
    caller,
    `select ${['projects', 'api_keys', 'events', 'audit_log', 'idempotency'].map(count).join()}`,
  );
  return row;
};

beforeAll(async () => {
  db = await openTestDatabase();
  const { typeDefs, resolvers } = subgraph;
  schema = buildSubgraphSchema([{ typeDefs, resolvers: guardResolvers(typeDefs, resolvers) as never }]);
  platform = { ...testCaller(), roles: ['PLATFORM'] };
  await db.asWorker(async (tx) => {
    const own = await actAs(tx, platform);
    await own.query(`insert into platform.tenants values ($1, 'the platform', now())`, [platform.tenantId]);
  });
  home = await createTenant();
});
afterAll(() => db.close());

describe('viewer, tenant and project', () => {
  const VIEWER = '{ viewer { actor roles tenant { id name } project { id } apiKey { id name } } tenant { id } }';

  test('a key of the whole tenant sees itself and its tenant', async () => {
    const { data } = await ask(home, VIEWER);
    expect(data).toEqual({
      viewer: {
        actor: home.actor,
        roles: ['ADMIN'],
        tenant: { id: home.tenantId, name: 'tenant' },
        project: null,
        apiKey: { id: home.apiKeyId, name: 'First key' },
      },
      tenant: { id: home.tenantId },
    });
  });

  test('a JWT bound to a project sees that project and no key', async () => {
    const { id } = await createProject(home, 'seen by a token');
    const { data } = await ask(
      { ...home, actor: 'user:anna', apiKeyId: null, projectId: id ?? null, roles: ['READER'] },
      VIEWER,
    );
    expect(data.viewer).toMatchObject({ actor: 'user:anna', project: { id }, apiKey: null });
  });

  test('a project is found by its id, in capitals too, with its tenant; one of another tenant is NOT_FOUND as one that is not there', async () => {
    const { id = '' } = await createProject(home, 'found');
    const GET = 'query ($id: ID!) { project(id: $id) { id tenant { id projects { nodes { id } } } } }';
    const found = await ask(home, GET, { id: id.toUpperCase() });
    expect(found.data.project?.tenant).toMatchObject({ id: home.tenantId });
    const stranger = await createTenant();
    const nowhere = uuidv7();
    expect((await ask(stranger, GET, { id })).error).toBe(`NOT_FOUND: There is no project with the id ${id}.`);
    expect((await ask(stranger, GET, { id: nowhere })).error).toBe(
      `NOT_FOUND: There is no project with the id ${nowhere}.`,
    );
    expect((await ask(stranger, GET, { id: 'x' })).error).toContain('BAD_USER_INPUT: id: must be a UUID');
  });

  test('entities of another tenant, of another project of a bound key, and without a UUID are null', async () => {
    const [mine, other] = [await createProject(home, 'mine'), await createProject(home, 'other')];
    const stranger = await createTenant();
    const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on Project { id tenant { id } } ... on Tenant { id } ... on ApiKey { id } } }`;
    const of = [
      { __typename: 'Project', id: mine.id },
      { __typename: 'Project', id: other.id },
      { __typename: 'Project', id: "' or true" },
      { __typename: 'Tenant', id: home.tenantId },
      { __typename: 'ApiKey', id: home.apiKeyId },
    ];
    const entitiesOf = async (caller: Caller) => (await ask(caller, ENTITIES, { of })).data._entities;
    const tenant = { id: home.tenantId };
    const projects = [
      { id: mine.id, tenant },
      { id: other.id, tenant },
    ];
    expect(await entitiesOf(home)).toEqual([...projects, null, tenant, { id: home.apiKeyId }]);
    const bound = { ...home, apiKeyId: uuidv7(), projectId: mine.id ?? null };
    expect(await entitiesOf(bound)).toEqual([projects[0], null, null, tenant, null]);
    expect(await entitiesOf({ ...home, roles: ['READER'], apiKeyId: null })).toEqual([...projects, null, tenant, null]);
    expect(await entitiesOf(stranger)).toEqual([null, null, null, null, null]);
  });
});

describe('createTenant', () => {
  test('makes a tenant, its project default and its first ADMIN key, told of in both tenants', async () => {
    const { data, error } = await ask(platform, CREATE_TENANT, { input: { name: 'Żółw & Co' } });
    expect(error).toBeUndefined();
    const { tenant, project, apiKey, secret } = data.createTenant ?? {};
    expect(tenant).toEqual({
      id: tenant?.id,
      name: 'Żółw & Co',
      projects: {
        totalCount: 1,
        nodes: [{ id: project?.id }],
        pageInfo: { hasNextPage: false, hasPreviousPage: false },
      },
    });
    expect(project).toMatchObject({ name: 'default', tenant: { id: tenant?.id, name: 'Żółw & Co' } });
    expect(apiKey).toMatchObject({ roles: ['ADMIN'], projectId: null, createdBy: platform.actor });
    expect(secret).toMatch(/^rae_/);
    const inNew = testCaller(tenant?.id);
    const events = await read<{ type: string }>(inNew, 'select type from platform.events order by tx, seq');
    expect(events.map(({ type }) => type)).toEqual(['tenant.created', 'project.created', 'key.created']);
    const audited = `select action, actor from platform.audit_log where subject = 'tenant:${tenant?.id}'`;
    expect(await read(inNew, audited)).toEqual([{ action: 'createTenant', actor: platform.actor }]);
    expect(await read(platform, audited)).toEqual([{ action: 'createTenant', actor: platform.actor }]);
    const told = `select payload from platform.events where subject = '${tenant?.id}'`;
    expect(await read(platform, told)).toEqual([{ payload: { tenantId: tenant?.id, name: 'Żółw & Co' } }]);
  });

  test('wants PLATFORM, of a key that is bound to nothing', async () => {
    const input = { name: 'x' };
    expect((await ask(home, CREATE_TENANT, { input })).error).toContain(
      'FORBIDDEN: Mutation.createTenant needs the role PLATFORM',
    );
    for (const bound of [{ projectId: uuidv7() }, { agentId: 'a' }, { userId: 'u' }])
      expect((await ask({ ...platform, ...bound }, CREATE_TENANT, { input })).error).toBe(
        `FORBIDDEN: createTenant wants a key of the whole tenant; this one is bound to ${Object.keys(bound)[0]}.`,
      );
  });

  test('a repeat under its idempotencyKey is a CONFLICT that is not to be retried, and makes nothing', async () => {
    const input = { name: 'once', idempotencyKey: 'once' };
    const first = await ask(platform, CREATE_TENANT, { input });
    const repeat = await ask(platform, CREATE_TENANT, { input });
    expect(repeat.error).toContain(
      `CONFLICT: This idempotencyKey has made tenant ${first.data.createTenant?.tenant?.id}`,
    );
    expect(repeat.cause).toMatchObject({ retryable: false });
    expect(JSON.stringify(repeat)).not.toContain(first.data.createTenant?.secret);
    const other = await ask(platform, CREATE_TENANT, { input: { ...input, name: 'other' } });
    expect(other.error).toContain('IDEMPOTENCY_CONFLICT');
  });
});

describe('createProject', () => {
  test('makes a project once under its idempotencyKey, gives it again, and refuses another name under it', async () => {
    const tenant = await createTenant();
    const first = await createProject(tenant, 'p', 'key');
    const before = await writtenBy(tenant);
    expect(await createProject(tenant, 'p', 'key')).toEqual(first);
    expect((await createProject(tenant, 'q', 'key')).error).toContain('IDEMPOTENCY_CONFLICT');
    expect(await writtenBy(tenant)).toEqual(before);
  });

  test('20 at once under one idempotencyKey make 1', async () => {
    const tenant = await createTenant();
    const made = await Promise.all(Array.from({ length: 20 }, () => createProject(tenant, 'p', 'key')));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await writtenBy(tenant)).toEqual({ projects: 2, api_keys: 1, events: 4, audit_log: 4, idempotency: 1 });
  });

  test('a name that the tenant has is a CONFLICT naming it, leaves nothing, and is free in another tenant', async () => {
    const [tenant, other] = [await createTenant(), await createTenant()];
    await createProject(tenant, 'taken');
    const before = await writtenBy(tenant);
    expect((await createProject(tenant, 'taken', 'key')).error).toBe(
      'CONFLICT: There is a project named "taken" already; take another name.',
    );
    expect(await writtenBy(tenant)).toEqual(before);
    expect((await createProject(other, 'taken')).error).toBeUndefined();
  });

  test('wants ADMIN, of a key that is bound to nothing', async () => {
    expect((await createProject({ ...home, roles: ['OPERATOR', 'PLATFORM'] }, 'x')).error).toContain('FORBIDDEN');
    expect((await createProject({ ...home, agentId: 'a' }, 'x')).error).toContain('bound to agentId');
  });

  test.each([
    ['empty', ''],
    ['blank', ' \n '],
    ['201 characters', 'x'.repeat(201)],
    ['65 537 characters', 'x'.repeat(65_537)],
    ['a NUL', 'a\0b'],
    ['an unpaired surrogate', 'a\ud800b'],
  ])(
    'a name that is %s is BAD_USER_INPUT naming input.name and makes nothing, of a tenant and of a key as well',
    async (_, name) => {
      const before = await writtenBy(home);
      expect((await createProject(home, name)).error).toContain('BAD_USER_INPUT: input.name: ');
      expect((await createKey(home, { name })).error).toContain('BAD_USER_INPUT: input.name: ');
      expect((await ask(platform, CREATE_TENANT, { input: { name } })).error).toContain('BAD_USER_INPUT: input.name: ');
      expect(await writtenBy(home)).toEqual(before);
    },
  );
});

describe('createApiKey', () => {
  test('makes a key with what is asked for, and shows its secret', async () => {
    const { id: projectId } = await createProject(home, 'of a key');
    const expiresAt = '2100-01-01T00:00:00.000Z';
    const input = {
      name: 'agent',
      roles: ['AGENT', 'READER', 'AGENT'],
      projectId,
      agentId: 'a',
      userId: 'u',
      expiresAt,
    };
    const { apiKey, secret, error } = await createKey(home, input);
    expect(error).toBeUndefined();
    expect(secret?.slice(0, 12)).toBe(apiKey?.prefix);
    expect(apiKey).toMatchObject({
      ...input,
      roles: ['AGENT', 'READER'],
      createdBy: home.actor,
      revokedAt: null,
      lastUsedAt: null,
    });
  });

  test('of a bound key makes keys of its own binding, or a narrower one', async () => {
    const { id: projectId = null } = await createProject(home, 'bound');
    const bound: Caller = { ...home, projectId, agentId: 'a' };
    for (const input of [{}, { projectId, agentId: 'a' }, { projectId: null, agentId: null }])
      expect((await createKey(bound, input)).apiKey).toMatchObject({ projectId, agentId: 'a', userId: null });
    expect((await createKey(bound, { userId: 'u' })).apiKey).toMatchObject({ projectId, agentId: 'a', userId: 'u' });
  });

  test('of a bound key refuses another agent, user and project, whether that project is there or not', async () => {
    const [mine, other] = [await createProject(home, 'its own'), await createProject(home, 'not its own')];
    const bound: Caller = { ...home, projectId: mine.id ?? null, agentId: 'a', userId: 'u' };
    const before = await writtenBy(home);
    expect((await createKey(bound, { agentId: 'b' })).error).toBe(
      'FORBIDDEN: A key bound to agentId "a" makes only keys that are bound to it as well; leave agentId out.',
    );
    expect((await createKey(bound, { userId: 'v' })).error).toContain('FORBIDDEN: A key bound to userId "u"');
    expect((await createKey(bound, { projectId: other.id })).error).toContain('NOT_FOUND: There is no project');
    expect((await createKey(bound, { projectId: uuidv7() })).error).toContain('NOT_FOUND: There is no project');
    expect(await writtenBy(home)).toEqual(before);
  });

  test('refuses a project of another tenant as one that is not there', async () => {
    const { id } = await createProject(await createTenant(), 'theirs');
    expect((await createKey(home, { projectId: id })).error).toBe(`NOT_FOUND: There is no project with the id ${id}.`);
  });

  test('gives no role that its maker lacks: PLATFORM comes from PLATFORM alone', async () => {
    expect((await createKey(home, { roles: ['ADMIN', 'PLATFORM'] })).error).toBe(
      'FORBIDDEN: A key gives no role that it lacks: PLATFORM is not among ADMIN.',
    );
    const both: Caller = { ...home, roles: ['ADMIN', 'PLATFORM'] };
    expect((await createKey(both, { roles: ['PLATFORM'] })).apiKey?.roles).toEqual(['PLATFORM']);
    expect((await createKey(home, { roles: ['OPERATOR', 'AGENT'] })).apiKey?.roles).toEqual(['OPERATOR', 'AGENT']);
    expect((await createKey({ ...home, roles: ['OPERATOR'] }, {})).error).toContain('needs the role ADMIN');
  });

  test.each([
    ['no role', { roles: [] }, 'BAD_USER_INPUT: input.roles: '],
    ['an unknown role', { roles: ['ROOT'] }, 'Value "ROOT" does not exist in "Role" enum'],
    [
      'an expiry that has passed',
      { expiresAt: '2026-01-01T00:00:00Z' },
      'BAD_USER_INPUT: input.expiresAt: must be in the future',
    ],
    ['an expiry that is no instant', { expiresAt: 'tomorrow' }, 'DateTime'],
    ['a project that is no UUID', { projectId: 'x' }, 'BAD_USER_INPUT: input.projectId: must be a UUID'],
    ['a project that is empty', { projectId: '' }, 'BAD_USER_INPUT: input.projectId: must be a UUID'],
    ['an agent of 201 characters', { agentId: 'x'.repeat(201) }, 'BAD_USER_INPUT: input.agentId: '],
    ['a user with a NUL', { userId: '\0' }, 'BAD_USER_INPUT: input.userId: '],
    ['an empty idempotencyKey', { idempotencyKey: '' }, 'BAD_USER_INPUT: idempotencyKey: '],
  ])('with %s is refused and makes nothing', async (_, input, refusal) => {
    const before = await writtenBy(home);
    expect((await createKey(home, input)).error).toContain(refusal);
    expect(await writtenBy(home)).toEqual(before);
  });

  test('8 at once under one idempotencyKey show 1 secret, the other 7 are CONFLICT, and 1 key is made', async () => {
    const tenant = await createTenant();
    const made = await Promise.all(Array.from({ length: 8 }, () => createKey(tenant, { idempotencyKey: 'key' })));
    const [first, ...others] = made.flatMap(({ secret }) => secret ?? []);
    expect([first?.slice(0, 4), others]).toEqual(['rae_', []]);
    const refusals = made.flatMap(({ error }) => (error ? [error.slice(0, 52)] : []));
    expect(refusals).toEqual(
      Array(7)
        .fill('CONFLICT: This idempotencyKey has made API key 01a1')
        .map((text) => expect.stringContaining(text.slice(0, 46))),
    );
    expect(await writtenBy(tenant)).toMatchObject({ api_keys: 2, events: 4 });
    expect((await createKey(tenant, { idempotencyKey: 'key', name: 'other' })).error).toContain('IDEMPOTENCY_CONFLICT');
  });

  test('tells of it in the log and the audit log, never of the secret', async () => {
    const tenant = await createTenant();
    const { apiKey, secret = '' } = await createKey(tenant, { agentId: 'a', idempotencyKey: 'k' });
    const said = { name: 'k', roles: ['READER'], projectId: null, agentId: 'a', userId: null, expiresAt: null };
    const [event] = await read(
      tenant,
      `select type, actor, payload from platform.events where subject = '${apiKey?.id}'`,
    );
    expect(event).toEqual({ type: 'key.created', actor: tenant.actor, payload: { apiKeyId: apiKey?.id, ...said } });
    const [line] = await read(
      tenant,
      `select action, detail from platform.audit_log where subject = 'apiKey:${apiKey?.id}'`,
    );
    expect(line).toEqual({ action: 'createApiKey', detail: said });
    for (const table of ['events', 'audit_log', 'idempotency', 'api_keys'])
      expect(JSON.stringify(await read(tenant, `select t::text as row from platform.${table} t`))).not.toContain(
        secret.slice(12),
      );
  });
});

describe('revokeApiKey', () => {
  test('ends a key once: a second time gives the same revokedAt and tells nothing', async () => {
    const tenant = await createTenant();
    const { apiKey } = await createKey(tenant, {});
    const first = await ask(tenant, REVOKE, { id: apiKey?.id });
    expect(first.data.revokeApiKey?.apiKey?.revokedAt).toMatch(/Z$/);
    const before = await writtenBy(tenant);
    expect((await ask(tenant, REVOKE, { id: apiKey?.id })).data).toEqual(first.data);
    expect(await writtenBy(tenant)).toEqual(before);
    const told = await read(
      tenant,
      `select type, payload from platform.events where subject = '${apiKey?.id}' order by tx, seq`,
    );
    expect(told[1]).toEqual({ type: 'key.revoked', payload: { apiKeyId: apiKey?.id, name: 'k', projectId: null } });
    expect(await read(tenant, `select action from platform.audit_log where action = 'revokeApiKey'`)).toHaveLength(1);
  });

  test('20 at once tell of it once', async () => {
    const tenant = await createTenant();
    const { apiKey } = await createKey(tenant, {});
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(tenant, REVOKE, { id: apiKey?.id })));
    expect(new Set(all.map(({ data }) => data.revokeApiKey?.apiKey?.revokedAt)).size).toBe(1);
    expect(await read(tenant, `select 1 from platform.events where type = 'key.revoked'`)).toHaveLength(1);
  });

  test('of another tenant, of another binding and of no key is NOT_FOUND, and the key stays', async () => {
    const { apiKey } = await createKey(home, { agentId: 'b' });
    const id = apiKey?.id ?? '';
    const refused = `NOT_FOUND: There is no apiKey with the id ${id}.`;
    expect((await ask(await createTenant(), REVOKE, { id })).error).toBe(refused);
    expect((await ask({ ...home, agentId: 'a' }, REVOKE, { id })).error).toBe(refused);
    expect((await ask(home, REVOKE, { id: uuidv7() })).error).toContain('NOT_FOUND');
    expect((await ask(home, REVOKE, { id: 'x' })).error).toContain('BAD_USER_INPUT: id: must be a UUID');
    expect(await read(home, `select revoked_at from platform.api_keys where id = '${id}'`)).toEqual([
      { revoked_at: null },
    ]);
  });
});

describe('lists', () => {
  test('pages of 2 go through 5 projects, oldest first, without a gap or a repeat', async () => {
    const tenant = await createTenant();
    for (const name of ['b', 'a', 'd', 'c']) await createProject(tenant, name);
    const names: string[] = [];
    const pages: Data[] = [];
    let after: string | null = null;
    do {
      const { data }: { data: Data } = await ask(tenant, PROJECTS, { first: 2, after });
      const page = data.projects as Data;
      pages.push(page.pageInfo as Data);
      names.push(...(page.nodes as Data[]).map(({ name }) => name as string));
      expect(page.totalCount).toBe(5);
      after = page.pageInfo?.hasNextPage ? (page.pageInfo.endCursor as string) : null;
    } while (after !== null);
    expect(names).toEqual(['default', 'b', 'a', 'd', 'c']);
    expect(pages.map(({ hasNextPage, hasPreviousPage }) => [hasNextPage, hasPreviousPage])).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
  });

  test('keys are listed by project, with revoked ones when asked, and for a bound key within its binding', async () => {
    const tenant = await createTenant();
    const { id: projectId = null } = await createProject(tenant, 'p');
    const made = new Map<string, string | undefined>([['first', tenant.apiKeyId ?? undefined]]);
    for (const [name, input] of Object.entries({
      p: { projectId },
      a: { agentId: 'a' },
      pa: { projectId, agentId: 'a' },
      lost: {},
    }))
      made.set(name, (await createKey(tenant, input)).apiKey?.id);
    await ask(tenant, REVOKE, { id: made.get('lost') });
    const listed = async (caller: Caller, query: Record<string, unknown> = {}) => {
      const { apiKeys } = (await ask(caller, KEYS, query)).data;
      const ids = (apiKeys?.nodes as Data[]).map(({ id }) => id as string);
      expect(apiKeys?.totalCount).toBe(ids.length);
      return ids.map((id) => [...made].find(([, made]) => made === id)?.[0]);
    };
    expect(await listed(tenant)).toEqual(['first', 'p', 'a', 'pa']);
    expect(await listed(tenant, { includeRevoked: true })).toEqual(['first', 'p', 'a', 'pa', 'lost']);
    expect(await listed(tenant, { projectId })).toEqual(['p', 'pa']);
    expect(await listed({ ...tenant, projectId })).toEqual(['p', 'pa']);
    expect(await listed({ ...tenant, projectId, agentId: 'a' })).toEqual(['pa']);
    expect(await listed({ ...tenant, agentId: 'a' })).toEqual(['a', 'pa']);
  });

  test('a key bound to a project lists that project alone, and keys of another are NOT_FOUND, as another tenant’s are', async () => {
    const tenant = await createTenant();
    const [mine, other] = [await createProject(tenant, 'mine'), await createProject(tenant, 'other')];
    const bound: Caller = { ...tenant, projectId: mine.id ?? null };
    const { projects } = (await ask(bound, PROJECTS)).data;
    expect(projects).toMatchObject({ totalCount: 1, nodes: [{ id: mine.id }] });
    expect((await ask(bound, KEYS, { projectId: other.id })).error).toContain('NOT_FOUND');
    expect((await ask(home, KEYS, { projectId: other.id })).error).toContain('NOT_FOUND');
    expect((await ask(home, KEYS, { projectId: 'x' })).error).toContain('BAD_USER_INPUT: projectId');
  });

  test.each([0, -1, 201, 1_000_000_000])('first: %d is BAD_USER_INPUT naming 1 to 200', async (first) => {
    const refusal = `BAD_USER_INPUT: first: must be 1 to 200, not ${first}`;
    expect((await ask(home, PROJECTS, { first })).error).toBe(refusal);
    expect((await ask(home, KEYS, { first })).error).toBe(refusal);
    expect(
      (await ask(home, 'query ($first: Int!) { tenant { projects(first: $first) { nodes { id } } } }', { first }))
        .error,
    ).toBe(refusal);
  });

  test('a cursor of another list, filter or tenant, a changed one and none at all are BAD_USER_INPUT naming after', async () => {
    const { projects } = (await ask(home, PROJECTS, { first: 1 })).data;
    const ofProjects = projects?.pageInfo?.endCursor as string;
    const { apiKeys } = (await ask(home, KEYS, { first: 1, includeRevoked: true })).data;
    const ofAllKeys = apiKeys?.pageInfo?.endCursor as string;
    const stranger = await createTenant();
    const asked: [Caller, string, string][] = [
      [home, KEYS, ofProjects],
      [home, PROJECTS, ofAllKeys],
      [home, KEYS, ofAllKeys],
      [stranger, PROJECTS, ofProjects],
      [home, PROJECTS, `${ofProjects.slice(0, -2)}AA`],
      [home, PROJECTS, ''],
      [home, PROJECTS, '\0'],
      [home, PROJECTS, Buffer.from('["2026-01-01T00:00:00Z","x"]').toString('base64url')],
    ];
    for (const [caller, query, after] of asked)
      expect((await ask(caller, query, { after })).error).toContain(
        'BAD_USER_INPUT: after: this is not a cursor of this list',
      );
  });
});
