import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createChainSigner } from '@rae/audit';
import { createInProcessCallCounter, type EventFeed } from '@rae/events';
import { createRateLimits, guardResolvers } from '@rae/identity';
import {
  type Caller,
  type Context,
  createCursorCodec,
  isPlatformError,
  NO_CAUSE,
  systemClock,
  type Transaction,
  uuidv7,
} from '@rae/kernel';
import {
  type Data,
  openTestDatabase,
  openTestMetering,
  silentLogger,
  type TestDatabase,
  testCaller,
} from '@rae/testkit';
import { type GraphQLSchema, graphql } from 'graphql';
import { createGovernanceSubgraph } from './index.ts';

jest.setTimeout(60_000); // the machine may be busy

const cursors = createCursorCodec('a secret for cursors');
let db: TestDatabase;
/** Nobody subscribes here. */
const NO_FEED: EventFeed = { subscribe: () => Promise.reject(new Error('no feed')), close: async () => {} };
let subgraph: ReturnType<typeof createGovernanceSubgraph>;
let schema: GraphQLSchema;
let platform: Caller;
let home: Caller;

function contextOf(caller: Caller): Context {
  const work = <T>(use: (tx: Transaction) => Promise<T>) => db.as(caller, use);
  const peers = { query: () => Promise.reject(new Error('no peer is asked')) };
  const rest = { clock: { now: () => new Date() }, logger: silentLogger, traceparent: null, signal: null };
  return subgraph.extend({
    caller,
    cause: NO_CAUSE,
    peers,
    cursors,
    transact: work,
    read: work,
    readOnce: work,
    ...rest,
  });
}

/** The data, and `CODE: message` of the first error. */
async function ask(caller: Caller, source: string, variableValues: Data = {}): Promise<{ data: Data; error?: string }> {
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue: contextOf(caller) });
  const error = errors?.[0]?.originalError ?? errors?.[0];
  if (!error) return { data };
  return { data, error: isPlatformError(error) ? `${error.code}: ${error.message}` : error.message };
}

const CREATE_TENANT = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
  secret apiKey { id roles createdBy projectId } project { id name tenant { id name } }
  tenant { id name projects { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } } } } }`;
const CREATE_PROJECT = `mutation ($name: String!) { createProject(input: { name: $name }) {
  project { id name createdAt tenant { id } } } }`;
const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey {
  id name prefix roles projectId agentId userId createdAt createdBy lastUsedAt expiresAt revokedAt } } }`;
const REVOKE = 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id revokedAt } } }';
const KEYS = `query ($projectId: ID, $includeRevoked: Boolean! = false, $first: Int! = 200, $after: String) {
  apiKeys(projectId: $projectId, includeRevoked: $includeRevoked, first: $first, after: $after) {
    totalCount nodes { id } edges { cursor node { id } } pageInfo { endCursor } } }`;
const PROJECTS = `query ($first: Int! = 200, $after: String) { projects(first: $first, after: $after) {
  totalCount nodes { id name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

const createProject = async (caller: Caller, name: string): Promise<string> =>
  (await ask(caller, CREATE_PROJECT, { name })).data.createProject.project.id;
const createKey = async (caller: Caller, input: Data = {}) =>
  (await ask(caller, CREATE_KEY, { input: { name: 'k', roles: ['READER'], ...input } })).data.createApiKey;
/** A new tenant as its first key sees it. */
async function createTenant(): Promise<Caller> {
  const { tenant, apiKey } = (await ask(platform, CREATE_TENANT, { input: { name: 'tenant' } })).data.createTenant;
  return { ...testCaller(tenant.id), apiKeyId: apiKey.id, actor: `key:${apiKey.id}` };
}

beforeAll(async () => {
  db = await openTestDatabase();
  const counter = createInProcessCallCounter(systemClock);
  const limits = { transact: db.transact, clock: systemClock, counter, defaults: [], isOperation: () => true };
  subgraph = createGovernanceSubgraph({
    rateLimits: createRateLimits(limits),
    metering: openTestMetering(db, systemClock),
    models: [],
    feed: NO_FEED,
    signer: createChainSigner('a secret'),
  });
  const { typeDefs, resolvers } = subgraph;
  schema = buildSubgraphSchema([{ typeDefs, resolvers: guardResolvers(typeDefs, resolvers) as never }]);
  platform = { ...testCaller(), roles: ['PLATFORM'] };
  const made = [platform.tenantId, 'the platform', new Date()];
  await db.as(platform, (tx) => tx.query('insert into platform.tenants values ($1, $2, $3)', made));
  home = await createTenant();
});
afterAll(() => db.close());

describe('mutations', () => {
  test('createTenant answers with all that it made, which its maker sees nowhere else', async () => {
    const { data, error } = await ask(platform, CREATE_TENANT, { input: { name: 'new' } });
    expect(error).toBeUndefined();
    const { tenant, project, apiKey, secret } = data.createTenant;
    const pageInfo = { hasNextPage: false, hasPreviousPage: false };
    expect(tenant).toEqual({
      id: tenant.id,
      name: 'new',
      projects: { totalCount: 1, nodes: [{ id: project.id }], pageInfo },
    });
    expect(project).toEqual({ id: project.id, name: 'default', tenant: { id: tenant.id, name: 'new' } });
    expect(apiKey).toMatchObject({ roles: ['ADMIN'], projectId: null, createdBy: platform.actor });
    expect(secret).toMatch(/^rae_/);
  });

  test('createProject, createApiKey and revokeApiKey answer with what they made and ended', async () => {
    const { data } = await ask(home, CREATE_PROJECT, { name: 'made' });
    const { project } = data.createProject;
    expect(project).toMatchObject({
      name: 'made',
      createdAt: expect.stringMatching(/Z$/),
      tenant: { id: home.tenantId },
    });
    const input = {
      name: 'agent',
      roles: ['AGENT'],
      projectId: project.id,
      agentId: 'a',
      expiresAt: '2100-01-01T00:00:00.000Z',
    };
    const { apiKey, secret } = await createKey(home, input);
    expect(apiKey).toMatchObject({ ...input, userId: null, createdBy: home.actor, lastUsedAt: null, revokedAt: null });
    expect(secret.startsWith(apiKey.prefix)).toBe(true);
    const first = await ask(home, REVOKE, { id: apiKey.id });
    expect(first.data.revokeApiKey.apiKey).toEqual({ id: apiKey.id, revokedAt: expect.stringMatching(/Z$/) });
    expect(await ask(home, REVOKE, { id: apiKey.id })).toEqual(first);
  });

  test('each wants its role, whatever the gateway let through', async () => {
    const input = { name: 'x', roles: ['READER'] };
    const operator: Caller = { ...home, roles: ['OPERATOR', 'PLATFORM'] };
    expect((await ask(home, CREATE_TENANT, { input: { name: 'x' } })).error).toBe(
      'FORBIDDEN: Mutation.createTenant needs the role PLATFORM; this credential holds ADMIN.',
    );
    expect((await ask(operator, CREATE_PROJECT, { name: 'x' })).error).toContain('FORBIDDEN: Mutation.createProject');
    expect((await ask(operator, CREATE_KEY, { input })).error).toContain('FORBIDDEN: Mutation.createApiKey');
    expect((await ask(operator, REVOKE, { id: home.apiKeyId })).error).toContain('FORBIDDEN: Mutation.revokeApiKey');
    expect((await ask(operator, KEYS)).error).toContain('FORBIDDEN: Query.apiKeys');
    expect((await ask(platform, '{ viewer { actor } }')).error).toContain('FORBIDDEN: Query.viewer');
  });
});

describe('viewer, project and entities', () => {
  const VIEWER = '{ viewer { actor roles tenant { id name } project { id } apiKey { id name } } tenant { id } }';
  const GET = 'query ($id: ID!) { project(id: $id) { id tenant { id } } }';

  test('a key of the whole tenant sees itself and its tenant', async () => {
    const tenant = { id: home.tenantId, name: 'tenant' };
    const apiKey = { id: home.apiKeyId, name: 'First key' };
    expect((await ask(home, VIEWER)).data).toEqual({
      viewer: { actor: home.actor, roles: ['ADMIN'], tenant, project: null, apiKey },
      tenant: { id: home.tenantId },
    });
  });

  test('a reading JWT that is bound to a project sees that project and no key', async () => {
    const projectId = await createProject(home, 'seen by a token');
    const caller: Caller = { ...home, actor: 'user:anna', apiKeyId: null, projectId, roles: ['READER'] };
    expect((await ask(caller, VIEWER)).data.viewer).toMatchObject({ project: { id: projectId }, apiKey: null });
  });

  test('a project is found by its id, in capitals too; of another tenant or binding it is NOT_FOUND as one that is not there', async () => {
    const id = await createProject(home, 'found');
    expect((await ask(home, GET, { id: id.toUpperCase() })).data.project).toEqual({
      id,
      tenant: { id: home.tenantId },
    });
    const notFound = (id: string) => ({
      data: { project: null },
      error: `NOT_FOUND: There is no project with the id ${id}.`,
    });
    const nowhere = uuidv7();
    expect(await ask(home, GET, { id: nowhere })).toEqual(notFound(nowhere));
    expect(await ask(await createTenant(), GET, { id })).toEqual(notFound(id));
    expect(await ask({ ...home, projectId: nowhere }, GET, { id })).toEqual(notFound(id));
    expect((await ask(home, GET, { id: 'x' })).error).toContain('BAD_USER_INPUT: id: must be a UUID');
  });

  test('entities of another tenant, of another binding, without the role and without a UUID are null', async () => {
    const [mine, other] = [await createProject(home, 'mine'), await createProject(home, 'other')];
    const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on Project { id tenant { id } } ... on Tenant { id } ... on ApiKey { id } } }`;
    const of = [
      { __typename: 'Project', id: mine },
      { __typename: 'Project', id: other },
      { __typename: 'Project', id: "' or true" },
      { __typename: 'Tenant', id: home.tenantId },
      { __typename: 'ApiKey', id: home.apiKeyId },
    ];
    const entitiesOf = async (caller: Caller) => (await ask(caller, ENTITIES, { of })).data._entities;
    const tenant = { id: home.tenantId };
    const [first, second] = [
      { id: mine, tenant },
      { id: other, tenant },
    ];
    const apiKey = { id: home.apiKeyId };
    expect(await entitiesOf(home)).toEqual([first, second, null, tenant, apiKey]);
    expect(await entitiesOf({ ...home, roles: ['READER'] })).toEqual([first, second, null, tenant, apiKey]);
    expect(await entitiesOf({ ...home, roles: ['READER'], apiKeyId: null })).toEqual([
      first,
      second,
      null,
      tenant,
      null,
    ]);
    expect(await entitiesOf({ ...home, projectId: mine, apiKeyId: null })).toEqual([first, null, null, tenant, null]);
    expect(await entitiesOf(await createTenant())).toEqual([null, null, null, null, null]);
  });
});

describe('lists', () => {
  test('pages of 2 go through 5 projects, oldest first, without a gap or a repeat', async () => {
    const tenant = await createTenant();
    for (const name of ['b', 'a', 'd', 'c']) await createProject(tenant, name);
    const pages: Data[] = [];
    for (let after: string | null = null; pages.length < 3; after = pages.at(-1).pageInfo.endCursor)
      pages.push((await ask(tenant, PROJECTS, { first: 2, after })).data.projects);
    expect(pages.flatMap(({ nodes }) => nodes.map(({ name }: Data) => name))).toEqual(['default', 'b', 'a', 'd', 'c']);
    expect(pages.map(({ totalCount }) => totalCount)).toEqual([5, 5, 5]);
    const places = pages.map(({ pageInfo }) => [pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
    expect(places).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  test('keys are listed by project, with revoked ones when asked, and for a bound key within its binding', async () => {
    const tenant = await createTenant();
    const projectId = await createProject(tenant, 'p');
    const names = new Map([[tenant.apiKeyId, 'first']]);
    const wanted = { p: { projectId }, a: { agentId: 'a' }, pa: { projectId, agentId: 'a' }, lost: {} };
    for (const [name, input] of Object.entries(wanted)) names.set((await createKey(tenant, input)).apiKey.id, name);
    await ask(tenant, REVOKE, { id: [...names].find(([, name]) => name === 'lost')?.[0] });
    const listed = async (caller: Caller, query: Data = {}) => {
      const { totalCount, nodes, edges } = (await ask(caller, KEYS, query)).data.apiKeys;
      expect([totalCount, edges.map(({ node }: Data) => node)]).toEqual([nodes.length, nodes]);
      return nodes.map(({ id }: Data) => names.get(id));
    };
    expect(await listed(tenant)).toEqual(['first', 'p', 'a', 'pa']);
    expect(await listed(tenant, { includeRevoked: true })).toEqual(['first', 'p', 'a', 'pa', 'lost']);
    expect(await listed(tenant, { projectId })).toEqual(['p', 'pa']);
    expect(await listed({ ...tenant, projectId })).toEqual(['p', 'pa']);
    expect(await listed({ ...tenant, projectId, agentId: 'a' })).toEqual(['pa']);
    expect(await listed({ ...tenant, agentId: 'a' })).toEqual(['a', 'pa']);
  });

  test('a key that is bound to a project lists that one, and keys of another are NOT_FOUND, as another tenant’s are', async () => {
    const tenant = await createTenant();
    const [mine, other] = [await createProject(tenant, 'mine'), await createProject(tenant, 'other')];
    const bound: Caller = { ...tenant, projectId: mine };
    expect((await ask(bound, PROJECTS)).data.projects).toMatchObject({ totalCount: 1, nodes: [{ id: mine }] });
    expect((await ask(bound, KEYS, { projectId: other })).error).toContain('NOT_FOUND');
    expect((await ask(home, KEYS, { projectId: other })).error).toContain('NOT_FOUND');
    expect((await ask(home, KEYS, { projectId: 'x' })).error).toContain('BAD_USER_INPUT: projectId: must be a UUID');
  });

  test.each([0, -1, 201, 1_000_000_000])('first: %d is BAD_USER_INPUT naming 1 to 200', async (first) => {
    const refusal = `BAD_USER_INPUT: first: must be 1 to 200, not ${first}`;
    const nested = 'query ($first: Int!) { tenant { projects(first: $first) { nodes { id } } } }';
    for (const query of [PROJECTS, KEYS, nested]) expect((await ask(home, query, { first })).error).toBe(refusal);
  });

  test('a cursor of another list, filter or tenant, a changed one and what is none are BAD_USER_INPUT naming after', async () => {
    const ofProjects = (await ask(home, PROJECTS, { first: 1 })).data.projects.pageInfo.endCursor;
    const ofAllKeys = (await ask(home, KEYS, { first: 1, includeRevoked: true })).data.apiKeys.pageInfo.endCursor;
    const asked: [Caller, string, string][] = [
      [home, KEYS, ofProjects],
      [home, PROJECTS, ofAllKeys],
      [home, KEYS, ofAllKeys],
      [await createTenant(), PROJECTS, ofProjects],
      [home, PROJECTS, `${ofProjects.slice(0, -2)}AA`],
      [home, PROJECTS, ''],
      [home, PROJECTS, '\0'],
      [home, PROJECTS, Buffer.from(`["2026-01-01T00:00:00Z","${uuidv7()}"]`).toString('base64url')],
    ];
    for (const [caller, query, after] of asked)
      expect((await ask(caller, query, { after })).error).toContain('BAD_USER_INPUT: after: this is not a cursor');
  });
});
