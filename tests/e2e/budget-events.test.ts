import { beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from '@rae/sdk';
import { createTestTenant, type Data, listen, type TestTenant, takeEvents } from '@rae/testkit';
import { createClient as createSocket } from 'graphql-ws';

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createTestTenant();
});

const HEAR = `subscription ($scope: BudgetScope, $scopeId: ID, $kinds: [BudgetEventKind!], $after: String) {
  budgetEvents(scope: $scope, scopeId: $scopeId, kinds: $kinds, after: $after) {
    cursor kind budgetId scope scopeId threshold usedUsd limitUsd requestedUsd model projectId agentId
    budget { usedUsd limitUsd } } }`;
const SET = `mutation ($input: SetBudgetInput!) { setBudget(input: $input) { budget { id } } }`;
const RECORD = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { costLog { id } } }`;
const RESERVE = `mutation ($input: ReserveBudgetInput!) { reserveBudget(input: $input) { reservation { id } } }`;

/** Where the log stands now. */
async function markPlace(): Promise<string> {
  const { createMemory } = await tenant.client.ask(
    'mutation ($p: ID!) { createMemory(input: { projectId: $p, content: "mark" }) { cursor } }',
    { p: tenant.projectId },
  );
  return createMemory.cursor;
}

const setBudget = async (input: Data): Promise<string> =>
  (await tenant.client.ask(SET, { input: { window: 'DAILY', limitUsd: '0.01', ...input } })).setBudget.budget.id;
/** 0.0026 USD each. */
const record = (agentId: string) => {
  const usage = { inputTokens: 1_000, outputTokens: 10 };
  return tenant.client.ask(RECORD, { input: { projectId: tenant.projectId, agentId, model: 'openai/gpt-4o', usage } });
};
const heardIn = (messages: { data: Data }[]) => messages.map(({ data }) => data.data.budgetEvents);

describe('budgetEvents', () => {
  test('tells thresholds of 0.5 and 0.8, the limit and a refusal once each and in order, over SSE, with the figures of then', async () => {
    const after = await markPlace();
    const budgetId = await setBudget({ scope: 'AGENT', scopeId: 'walker', thresholds: [0.5, 0.8] });
    for (let n = 0; n < 5; n++) await record('walker');
    const call = {
      projectId: tenant.projectId,
      agentId: 'walker',
      model: 'openai/gpt-4o',
      inputTokens: 400,
      maxOutputTokens: 0,
    };
    expect(await tenant.client.codeOf(RESERVE, { input: call })).toBe('BUDGET_EXCEEDED');
    const messages = listen(tenant.client, HEAR, { scope: 'AGENT', scopeId: 'walker', after });
    const heard = heardIn(await takeEvents(messages, 5));
    await messages.return();
    expect(heard.map(({ kind, threshold, usedUsd, limitUsd }) => [kind, threshold, usedUsd, limitUsd])).toEqual([
      ['LIMIT_CHANGED', null, '0', '0.01'],
      ['THRESHOLD_REACHED', 0.5, '0.0052', '0.01'],
      ['THRESHOLD_REACHED', 0.8, '0.0104', '0.01'],
      ['EXCEEDED', null, '0.0104', '0.01'],
      ['BLOCKED', null, '0.013', '0.01'],
    ]);
    expect(heard[4]).toMatchObject({
      budgetId,
      requestedUsd: '0.001',
      model: 'openai/gpt-4o',
      projectId: tenant.projectId,
      agentId: 'walker',
      budget: { usedUsd: '0.013' },
    });
  });

  test('goes on after a cursor without a gap or a repeat, live and of the kinds asked for, over the SDK', async () => {
    const after = await markPlace();
    await setBudget({ scope: 'AGENT', scopeId: 'runner', thresholds: [0.2, 0.4] });
    await record('runner');
    const client = createClient({ url: tenant.client.url, key: tenant.client.key });
    const cursors: string[] = [];
    const shares: unknown[] = [];
    for (let resumed = after; shares.length < 2; resumed = cursors.at(-1) ?? after) {
      const signal = AbortSignal.timeout(30_000);
      const events = client.budgetEvents({
        scope: 'AGENT',
        scopeId: 'runner',
        kinds: ['THRESHOLD_REACHED'],
        after: resumed,
        signal,
      });
      for await (const { cursor, threshold, budget } of events) {
        cursors.push(cursor);
        shares.push([threshold, budget?.scopeId]);
        if (shares.length === 1) await record('runner');
        break;
      }
    }
    expect(shares).toEqual([
      [0.2, 'runner'],
      [0.4, 'runner'],
    ]);
    expect(new Set(cursors).size).toBe(2);
  });

  test('tells what a call costs whose caller went away, once its lease of 1 s is over: its input; a later settlement adjusts it', async () => {
    const after = await markPlace();
    const agentId = 'lost';
    const budgetId = await setBudget({ scope: 'AGENT', scopeId: agentId, thresholds: [0.2] });
    const call = {
      projectId: tenant.projectId,
      agentId,
      model: 'openai/gpt-4o',
      inputTokens: 1_000,
      maxOutputTokens: 100,
    };
    const { reserveBudget } = await tenant.client.ask(RESERVE, { input: { ...call, leaseSeconds: 1 } });
    const messages = listen(tenant.client, HEAR, { scopeId: agentId, kinds: ['THRESHOLD_REACHED'], after });
    const [expired] = heardIn(await takeEvents(messages, 1));
    await messages.return();
    expect(expired).toMatchObject({ budgetId, threshold: 0.2, usedUsd: '0.0025' });
    const { id } = reserveBudget.reservation;
    const SETTLE = `mutation ($id: ID!) { settleReservation(input: { id: $id, usage: { inputTokens: 1000, outputTokens: 10 } }) {
      costLog { kind totalCostUsd adjusts { totalCostUsd } } budgets { usedUsd reservedUsd } } }`;
    expect((await tenant.client.ask(SETTLE, { id })).settleReservation).toEqual({
      costLog: { kind: 'ADJUSTMENT', totalCostUsd: '0.0001', adjusts: { totalCostUsd: '0.0025' } },
      budgets: [{ usedUsd: '0.0026', reservedUsd: '0' }],
    });
    const { costLogs } = await tenant.client.ask(
      'query ($a: ID!) { costLogs(filter: { agentId: $a }) { totalCount nodes { kind } } }',
      { a: agentId },
    );
    expect(costLogs).toEqual({ totalCount: 2, nodes: [{ kind: 'ADJUSTMENT' }, { kind: 'CALL' }] });
  });

  test('is heard over WebSocket as well', async () => {
    const after = await markPlace();
    const budgetId = await setBudget({ scope: 'USER', scopeId: 'anna' });
    const { url, key } = tenant.client;
    const connectionParams = { authorization: `Bearer ${key}` };
    const socket = createSocket({ url: url.replace('http', 'ws'), connectionParams, retryAttempts: 0 });
    for await (const { data } of socket.iterate({ query: HEAR, variables: { scope: 'USER', after } })) {
      expect(data?.budgetEvents).toMatchObject({ kind: 'LIMIT_CHANGED', budgetId, budget: { limitUsd: '0.01' } });
      break;
    }
    await socket.dispose();
  });

  test('of a deleted budget has the budget null', async () => {
    const after = await markPlace();
    const id = await setBudget({ scope: 'SESSION', scopeId: 's-1' });
    await tenant.client.ask('mutation ($id: ID!) { deleteBudget(id: $id) { id } }', { id });
    const messages = listen(tenant.client, HEAR, { scope: 'SESSION', after });
    const [made] = heardIn(await takeEvents(messages, 1));
    await messages.return();
    expect(made).toMatchObject({ kind: 'LIMIT_CHANGED', budgetId: id, budget: null });
  });

  test('tells a key that is bound to a project what happens there, and nothing of other projects and of the tenant', async () => {
    const CREATE = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
    const input = { name: 'bound', roles: ['READER'], projectId: tenant.projectId };
    const { createApiKey } = await tenant.client.ask(CREATE, { input });
    const { createProject } = await tenant.client.ask(
      'mutation { createProject(input: { name: "elsewhere" }) { project { id } } }',
    );
    const after = await markPlace();
    await setBudget({ scope: 'TENANT', scopeId: tenant.tenantId, limitUsd: '100' });
    await setBudget({ scope: 'PROJECT', scopeId: createProject.project.id });
    const own = await setBudget({ scope: 'PROJECT', scopeId: tenant.projectId, limitUsd: '100' });
    const messages = listen(tenant.client.withKey(createApiKey.secret), HEAR, { after });
    const [first] = heardIn(await takeEvents(messages, 1));
    await messages.return();
    expect(first).toMatchObject({ budgetId: own, scopeId: tenant.projectId });
  });

  test('selects what other subgraphs hold: the project of the line that a reservation became, and the memory’s cost', async () => {
    const QUERY = `query ($id: ID!) { memory(id: $id) { content cost { totalUsd log { project { name } } } } }`;
    const { createMemory } = await tenant.client.ask(
      'mutation ($p: ID!) { createMemory(input: { projectId: $p, content: "dear" }) { memory { id } } }',
      { p: tenant.projectId },
    );
    const subject = { subjectType: 'memory', subjectId: createMemory.memory.id };
    const usage = { inputTokens: 1_000, outputTokens: 0 };
    await tenant.client.ask(RECORD, {
      input: { projectId: tenant.projectId, model: 'openai/gpt-4o', usage, ...subject },
    });
    const { memory } = await tenant.client.ask(QUERY, { id: createMemory.memory.id });
    expect(memory).toEqual({ content: 'dear', cost: { totalUsd: '0.0025', log: [{ project: { name: 'default' } }] } });
  });
});
