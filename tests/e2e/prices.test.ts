import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type TestTenant } from '@rae/testkit';

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createTestTenant();
});

const PRICE =
  'id provider model inputPerMillion outputPerMillion cachedInputPerMillion effectiveFrom effectiveTo origin';
const SET = `mutation ($input: SetModelPriceInput!) { setModelPrice(input: $input) { price { ${PRICE} } adjustments } }`;
const LIST = `query ($provider: String, $model: String, $at: DateTime, $first: Int! = 50, $after: String) {
  modelPrices(provider: $provider, model: $model, at: $at, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { ${PRICE} tiers { aboveInputTokens inputPerMillion outputPerMillion } } } }`;
const ESTIMATE = `query ($input: EstimateCostInput!) { estimateCost(input: $input) { priced totalUsd admitted price { ${PRICE} } } }`;

const list = async (variables: Data) => (await tenant.client.ask(LIST, variables)).modelPrices;
const estimate = async (input: Data) => (await tenant.client.ask(ESTIMATE, { input })).estimateCost;
const set = async (input: Data) => (await tenant.client.ask(SET, { input })).setModelPrice;

describe('modelPrices', () => {
  test('finds a model however it is written, in force at the asked instant', async () => {
    const { nodes } = await list({ model: 'claude-sonnet-4.5' });
    expect(nodes).toMatchObject([
      {
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        inputPerMillion: '3',
        outputPerMillion: '15',
        origin: 'TABLE',
      },
    ]);
    const before = await list({ model: 'openai/o3', at: '2025-06-09T23:59:59.999Z' });
    const after = await list({ model: 'openai/o3', at: '2025-06-10' });
    expect([before.nodes[0].inputPerMillion, after.nodes[0].inputPerMillion]).toEqual(['10', '2']);
    expect(before.nodes[0].effectiveTo).toBe(after.nodes[0].effectiveFrom);
  });

  test('says above which input another rate holds', async () => {
    const { nodes } = await list({ model: 'gemini/gemini-2.5-pro' });
    expect(nodes[0].tiers).toEqual([{ aboveInputTokens: 200_000, inputPerMillion: '2.5', outputPerMillion: '15' }]);
  });

  test('pages through a provider’s models, each once', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Data = await list({ provider: 'openai', first: 30, after });
      seen.push(...page.nodes.map(({ model }: Data) => model));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      if (!after) expect(page.totalCount).toBe(seen.length);
    } while (after);
    expect(seen.length).toBeGreaterThan(60);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('has nothing for a model that nobody knows', async () => {
    expect(await list({ model: 'openai/nobody-made-this' })).toMatchObject({ totalCount: 0, nodes: [] });
  });
});

describe('estimateCost', () => {
  test.each([
    [{ model: 'gemini-2.5-pro', inputTokens: 262_960, cachedInputTokens: 257_955, outputTokens: 1_744 }, '0.10316125'],
    [
      {
        model: 'claude-sonnet-4-5',
        inputTokens: 10_000,
        cachedInputTokens: 8_000,
        cacheWriteTokens: 1_000,
        outputTokens: 500,
      },
      '0.01665',
    ],
    [{ model: 'openai/o3', inputTokens: 1_000_000, outputTokens: 0, at: '2025-06-09' }, '10'],
    [{ model: 'text-embedding-3-small', inputTokens: 1, outputTokens: 0 }, '0.00000002'],
  ])('of %j is exact: %s USD', async (input, totalUsd) => {
    expect(await estimate(input)).toMatchObject({ priced: true, totalUsd, admitted: true });
  });

  test('of a model that nobody knows has no amount, which is not 0', async () => {
    const unknown = await estimate({ model: 'nobody/made-this', inputTokens: 1, outputTokens: 1 });
    expect(unknown).toEqual({ priced: false, totalUsd: null, admitted: true, price: null });
  });

  test('says whether the budgets would let the call through, and holds nothing', async () => {
    const other = await createTestTenant();
    await other.client.ask(
      `mutation ($id: ID!) { setBudget(input: { scope: TENANT, scopeId: $id, window: DAILY, limitUsd: "0.01", action: BLOCK }) { budget { id } } }`,
      { id: other.tenantId },
    );
    const ask = async (inputTokens: number, model = 'openai/gpt-4o') =>
      (await other.client.ask(ESTIMATE, { input: { model, inputTokens, outputTokens: 0 } })).estimateCost.admitted;
    expect([await ask(4_000), await ask(4_001), await ask(1, 'nobody/made-this')]).toEqual([true, false, false]);
    const { budgets } = await other.client.ask(
      '{ budgets { nodes { usedUsd reservedUsd rejections: unpricedCalls } } }',
    );
    expect(budgets.nodes).toEqual([{ usedUsd: '0', reservedUsd: '0', rejections: 0 }]);
  });
});

describe('setModelPrice', () => {
  test('is in force for the next call, and closes where the next one begins', async () => {
    const mine = { provider: 'openai-compatible', model: 'mine', inputPerMillion: '0.50', outputPerMillion: '1' };
    expect(await set(mine)).toMatchObject({
      adjustments: 0,
      price: { ...mine, inputPerMillion: '0.5', origin: 'OVERRIDE', effectiveTo: null },
    });
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await set({ ...mine, inputPerMillion: '2', effectiveFrom: later });
    const usage = { model: 'openai-compatible/mine', inputTokens: 1_000_000, outputTokens: 0 };
    expect(await estimate(usage)).toMatchObject({ totalUsd: '0.5', price: { effectiveTo: later } });
    expect(await estimate({ ...usage, at: later })).toMatchObject({ totalUsd: '2' });
    await set({ ...mine, inputPerMillion: '3', effectiveFrom: later });
    expect(await estimate({ ...usage, at: later })).toMatchObject({ totalUsd: '3' });
  });

  test('goes before the shipped price of that very model, and is what a recorded call is charged', async () => {
    await set({ provider: 'openai', model: 'gpt-4o-mini', inputPerMillion: '100', outputPerMillion: '0' });
    const { recordUsage } = await tenant.client.ask(
      `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { costLog { totalCostUsd price { origin inputPerMillion } } } }`,
      {
        input: {
          projectId: tenant.projectId,
          model: 'openai/gpt-4o-mini',
          usage: { inputTokens: 10_000, outputTokens: 5 },
        },
      },
    );
    expect(recordUsage.costLog).toEqual({ totalCostUsd: '1', price: { origin: 'OVERRIDE', inputPerMillion: '100' } });
    const dated = await estimate({ model: 'openai/gpt-4o-mini-2024-07-18', inputTokens: 10_000, outputTokens: 0 });
    expect(dated.price.origin).toBe('TABLE');
  });

  test.each<[string, Data]>([
    ['a negative price', { inputPerMillion: '-1' }],
    ['NaN', { inputPerMillion: 'NaN' }],
    ['1e400', { outputPerMillion: '1e400' }],
    ['10 digits after the point', { outputPerMillion: '0.0000000001' }],
    ['a price above 1 000 000 000', { cachedInputPerMillion: '1000000001' }],
    ['no name of a model', { model: ' ' }],
    ['no provider', { provider: '' }],
  ])('refuses %s', async (_, wrong) => {
    const input = { provider: 'openai', model: 'gpt-4o', inputPerMillion: '1', outputPerMillion: '1', ...wrong };
    expect(await tenant.client.codeOf(SET, { input })).toBe('BAD_USER_INPUT');
  });

  test('wants a key that is bound to nothing', async () => {
    const { createApiKey } = await tenant.client.ask(
      `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }`,
      { input: { name: 'k', roles: ['ADMIN'], projectId: tenant.projectId } },
    );
    const input = { provider: 'openai', model: 'gpt-4o', inputPerMillion: '1', outputPerMillion: '1' };
    expect(await tenant.client.withKey(createApiKey.secret).codeOf(SET, { input })).toBe('FORBIDDEN');
  });

  test('is in the audit log', async () => {
    const { auditLog } = await tenant.client.ask(
      '{ auditLog(filter: { actions: ["setModelPrice"] }) { nodes { subject detail } } }',
    );
    expect(auditLog.nodes[0].subject).toMatch(/^modelPrice:/);
  });
});

test('models tells what this installation is set up to call: here the encoder on this machine, which costs nothing', async () => {
  const { models } = await tenant.client.ask(
    '{ models { provider model purposes default available unavailableBecause dimensions price { origin inputPerMillion } } }',
  );
  expect(models).toEqual([
    {
      provider: 'local',
      model: 'use-lite-int8',
      purposes: ['EMBED'],
      default: true,
      available: true,
      unavailableBecause: null,
      dimensions: 512,
      price: { origin: 'LOCAL', inputPerMillion: '0' },
    },
  ]);
});

test.each<[string, Data]>([
  ['more cached tokens than input', { inputTokens: 1, cachedInputTokens: 2 }],
  ['negative tokens', { inputTokens: -1 }],
  ['no model', { model: ' ' }],
])('an estimate with %s is BAD_USER_INPUT', async (_, wrong) => {
  const input = { model: 'gpt-4o', inputTokens: 1, outputTokens: 1, ...wrong };
  expect(await tenant.client.codeOf(ESTIMATE, { input })).toBe('BAD_USER_INPUT');
});

test('a price that begins in the past books the difference of what was called since, once', async () => {
  const mine = { provider: 'openai-compatible', model: 'late', inputPerMillion: '2', outputPerMillion: '0' };
  const effectiveFrom = new Date(Date.now() - 60_000).toISOString();
  const usage = { inputTokens: 1_000_000, outputTokens: 0 };
  const { recordUsage } = await tenant.client.ask(
    `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { costLog { id priced totalCostUsd } } }`,
    { input: { projectId: tenant.projectId, model: 'openai-compatible/late', usage } },
  );
  expect(recordUsage.costLog).toMatchObject({ priced: false, totalCostUsd: null });
  expect((await set({ ...mine, effectiveFrom })).adjustments).toBe(1);
  expect((await set({ ...mine, effectiveFrom })).adjustments).toBe(0);
  expect((await set({ ...mine, inputPerMillion: '1.5', effectiveFrom })).adjustments).toBe(1);
  const { costLogs } = await tenant.client.ask(
    '{ costLogs(filter: { model: "late" }, orderBy: CREATED_AT_ASC) { nodes { kind totalCostUsd adjusts { id } } } }',
  );
  const adjusts = { id: recordUsage.costLog.id };
  expect(costLogs.nodes).toEqual([
    { kind: 'CALL', totalCostUsd: null, adjusts: null },
    { kind: 'ADJUSTMENT', totalCostUsd: '2', adjusts },
    { kind: 'ADJUSTMENT', totalCostUsd: '-0.5', adjusts },
  ]);
});

test('a later price moves the budgets of the user and agent that the key is bound to, and of those that its call named', async () => {
  const CREATE = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
  const binding = { projectId: tenant.projectId, userId: 'boss', agentId: 'desk' };
  const { createApiKey } = await tenant.client.ask(CREATE, { input: { name: 'k', roles: ['AGENT'], ...binding } });
  const BUDGET = 'mutation ($input: SetBudgetInput!) { setBudget(input: $input) { budget { id } } }';
  const paying = { USER: ['boss', 'guest'], AGENT: ['desk', 'errand'] };
  const ids: string[] = [];
  for (const [scope, scopeIds] of Object.entries(paying))
    for (const scopeId of scopeIds) {
      const input = { scope, scopeId, window: 'TOTAL', limitUsd: '100', action: 'ALERT' };
      ids.push((await tenant.client.ask(BUDGET, { input })).setBudget.budget.id);
    }
  const RECORD = 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { costLog { priced } } }';
  const call = { model: 'openai-compatible/bound', usage: { inputTokens: 1_000_000, outputTokens: 0 } };
  await tenant.client
    .withKey(createApiKey.secret)
    .ask(RECORD, { input: { ...call, userId: 'guest', agentId: 'errand' } });
  const used = async () =>
    Promise.all(
      ids.map(
        async (id) => (await tenant.client.ask('query ($id: ID!) { budget(id: $id) { usedUsd } }', { id })).budget,
      ),
    );
  expect(await used()).toEqual(ids.map(() => ({ usedUsd: '0' })));
  const price = { provider: 'openai-compatible', model: 'bound', inputPerMillion: '3', outputPerMillion: '0' };
  await set({ ...price, effectiveFrom: new Date(Date.now() - 60_000).toISOString() });
  expect(await used()).toEqual(ids.map(() => ({ usedUsd: '3' })));
});
