import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createChainSigner } from '@rae/audit';
import { createInProcessCallCounter, type EventFeed } from '@rae/events';
import { createRateLimits, guardResolvers } from '@rae/identity';
import { type Caller, isPlatformError, systemClock, uuidv7 } from '@rae/kernel';
import { formatUsd } from '@rae/metering';
import {
  createTestContext,
  type Data,
  insertLedgerLines,
  openTestDatabase,
  openTestMetering,
  type TestDatabase,
  type TestLine,
  testCaller,
} from '@rae/testkit';
import { type GraphQLSchema, graphql } from 'graphql';
import { createGovernanceSubgraph } from '../index.ts';

jest.setTimeout(60_000); // the machine may be busy

/** Nobody subscribes here. */
const NO_FEED: EventFeed = { subscribe: () => Promise.reject(new Error('no feed')), close: async () => {} };
let subgraph: ReturnType<typeof createGovernanceSubgraph>;
let db: TestDatabase;
let schema: GraphQLSchema;

/** The data, or `CODE: message` of the first error. */
async function ask(caller: Caller, source: string, variableValues: Data = {}): Promise<Data> {
  const contextValue = subgraph.extend(createTestContext(db, caller));
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  const error = errors?.[0]?.originalError ?? errors?.[0];
  if (!error) return data;
  return isPlatformError(error) ? `${error.code}: ${error.message}` : error.message;
}

async function openTenant(lines: readonly Partial<TestLine>[]): Promise<{ caller: Caller; projectId: string }> {
  const caller = testCaller();
  const projectId = uuidv7();
  await db.as(caller, async (tx) => {
    await tx.query(`insert into platform.tenants values ($1, 'costs', now())`, [caller.tenantId]);
    const project = [projectId, caller.tenantId];
    await tx.query(
      `insert into platform.projects (id, tenant_id, name, created_at) values ($1, $2, 'p', now())`,
      project,
    );
    await insertLedgerLines(
      tx,
      lines.map((line) => ({ projectId, ...line })),
    );
  });
  return { caller, projectId };
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
});
afterAll(() => db.close());

const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on Memory { id cost { id totalUsd calls log(first: 1) { model } } } ... on Cost { id totalUsd } } }`;

test('memories and costs that other subgraphs name by id have their sums, 0 where nothing was spent', async () => {
  const { caller } = await openTenant([
    { subjectType: 'memory', subjectId: 'm1', costNano: 8_603_760n },
    { runId: 'r1', costNano: 1n },
  ]);
  const of = [
    { __typename: 'Memory', id: 'm1' },
    { __typename: 'Memory', id: 'm2' },
    { __typename: 'Cost', id: 'run:r1' },
    { __typename: 'Cost', id: 'nothing' },
  ];
  expect((await ask(caller, ENTITIES, { of }))._entities).toEqual([
    { id: 'm1', cost: { id: 'memory:m1', totalUsd: '0.00860376', calls: 1, log: [{ model: 'gpt-4o' }] } },
    { id: 'm2', cost: { id: 'memory:m2', totalUsd: '0', calls: 0, log: [] } },
    { id: 'run:r1', totalUsd: '0.000000001' },
    null,
  ]);
  expect(await ask(caller, '{ cost(id: "nothing") { id } }')).toContain('BAD_USER_INPUT: id: must be subjectType:');
  expect(await ask(caller, '{ cost(id: "run:r1") { log(first: 0) { id } } }')).toContain('BAD_USER_INPUT: first');
});

test('an unpriced line has the cost null, an adjustment names the line that it corrects', async () => {
  const { caller, projectId } = await openTenant([{ costNano: null }]);
  const LOGS = '{ costLogs { nodes { id kind priced totalCostUsd adjusts { id } project { name } } } }';
  const [line] = (await ask(caller, LOGS)).costLogs.nodes;
  expect(line).toMatchObject({
    kind: 'CALL',
    priced: false,
    totalCostUsd: null,
    adjusts: null,
    project: { name: 'p' },
  });
  const adjustment: TestLine = { projectId, kind: 'ADJUSTMENT', adjusts: line.id, costNano: -5n, calls: 0 };
  await db.as(caller, (tx) => insertLedgerLines(tx, [adjustment]));
  const [newest] = (await ask(caller, LOGS)).costLogs.nodes;
  expect(newest).toMatchObject({ kind: 'ADJUSTMENT', totalCostUsd: '-0.000000005', adjusts: { id: line.id } });
});

test('stats of tenant and project are those of the tenant; of a project to a key that is bound to it', async () => {
  const { caller, projectId } = await openTenant([{ costNano: 2_000_000_000n }, { projectId: uuidv7() }]);
  const STATS = '{ tenantStats { tenantId usdToday llmCallsToday budgetUsedShare } tenant { stats { usdToday } } }';
  expect(await ask(caller, STATS)).toEqual({
    tenantStats: { tenantId: caller.tenantId, usdToday: '2.001', llmCallsToday: 2, budgetUsedShare: null },
    tenant: { stats: { usdToday: '2.001' } },
  });
  const bound = { ...caller, projectId };
  expect((await ask(bound, STATS)).tenantStats.usdToday).toBe('2');
  const OWN = 'query ($id: ID!) { project(id: $id) { stats { projectId usdThisMonth llmCallsToday } } }';
  const stats = { projectId, usdThisMonth: '2', llmCallsToday: 1 };
  expect((await ask(bound, OWN, { id: projectId })).project.stats).toEqual(stats);
});

test('a bound key sees lines, costs and breakdowns of its project alone', async () => {
  const { caller, projectId } = await openTenant([{}, { projectId: uuidv7(), subjectType: 'memory', subjectId: 'm' }]);
  const bound = { ...caller, projectId };
  const ASK = `{ costLogs { totalCount } cost(id: "memory:m") { calls log { id } }
    costBreakdown(input: { by: [PROJECT] }) { rows { keys { dimension value } calls } truncated } }`;
  expect(await ask(bound, ASK)).toEqual({
    costLogs: { totalCount: 1 },
    cost: { calls: 0, log: [] },
    costBreakdown: { rows: [{ keys: [{ dimension: 'PROJECT', value: projectId }], calls: 1 }], truncated: false },
  });
});

test('the overview sums all tenants, shows those that spent most, and is in the audit log', async () => {
  const { caller } = await openTenant([]);
  // More than any tenant before it in this database.
  const costNano = BigInt(Date.now()) * 1_000n;
  const rich = await openTenant([{ costNano }]);
  const platform: Caller = { ...caller, roles: ['PLATFORM'] };
  const OVERVIEW =
    'query ($first: Int!) { governanceOverview(first: $first) { totalUsdToday tenants { tenantId usdToday } } }';
  const { governanceOverview } = await ask(platform, OVERVIEW, { first: 1 });
  const usdToday = formatUsd(costNano);
  expect(governanceOverview.tenants).toEqual([{ tenantId: rich.caller.tenantId, usdToday }]);
  expect(Number(governanceOverview.totalUsdToday)).toBeGreaterThanOrEqual(Number(usdToday));
  const audited = await db.as(caller, (tx) => tx.query('select action, detail from platform.audit_log'));
  expect(audited).toEqual([{ action: 'governanceOverview', detail: { first: 1 } }]);
  expect(await ask(caller, OVERVIEW, { first: 1 })).toContain('FORBIDDEN');
  expect(await ask({ ...platform, agentId: 'a' }, OVERVIEW, { first: 1 })).toContain('FORBIDDEN');
  expect(await ask(platform, OVERVIEW, { first: 0 })).toContain('BAD_USER_INPUT: first');
});
