import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type Installation, startInstallation, type TestTenant } from '@rae/testkit';
import { sendEmbeddings, startProvider } from '../../packages/llm/fixtures/provider-server.ts';
import { startFakeModel } from './lib/fake-model.ts';
import { startSpanReceiver } from './lib/span-receiver.ts';

let provider: Awaited<ReturnType<typeof startProvider>>;
let writer: Awaited<ReturnType<typeof startFakeModel>>;
let receiver: Awaited<ReturnType<typeof startSpanReceiver>>;
let installation: Installation;
let tenant: TestTenant;
let started: string;

/** 16 numbers that depend on the text; the provider says 7 tokens for each request. */
const vectorOf = (text: string) => Array.from({ length: 16 }, (_, at) => Math.sin(text.length * (at + 1)));

beforeAll(async () => {
  provider = await startProvider(({ body }, response) => sendEmbeddings(response, body.input.map(vectorOf)));
  [writer, receiver] = await Promise.all([startFakeModel(), startSpanReceiver()]);
  installation = await startInstallation({
    RAE_EMBED_MODEL: 'openai-compatible/tiny',
    RAE_EMBED_URL: `${provider.url}/v1`,
    RAE_EMBED_DIMENSIONS: '16',
    RAE_GENERATE_MODEL: 'openai-compatible/writer',
    RAE_GENERATE_URL: writer.url,
    RAE_LOG_LEVEL: 'info',
    ...receiver.env,
  });
  started = new Date().toISOString();
  tenant = await createTestTenant(installation);
}, 120_000);

afterAll(async () => {
  await installation.stop();
  await Promise.all([provider.close(), writer.close()]);
  receiver.close();
});

const LOGS = `{ costLogs(orderBy: CREATED_AT_ASC, first: 100) { nodes { kind operation provider model subjectType subjectId inputTokens
  priced totalCostUsd cacheHit savedUsd estimated price { origin } adjusts { id } } } }`;
const logs = async (): Promise<Data[]> => (await tenant.client.ask(LOGS)).costLogs.nodes;
const CREATE = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }`;
const create = async (content: string, projectId = tenant.projectId): Promise<string> =>
  (await tenant.client.ask(CREATE, { input: { projectId, layer: 'EPISODIC', content } })).createMemory.memory.id;
const SEARCH = `query ($query: String!) { searchMemories(input: { query: $query }) { hits { memory { id } } degraded { part } } }`;
const PRICE = { provider: 'openai-compatible', model: 'tiny', inputPerMillion: '1000', outputPerMillion: '0' };
const SET = `mutation ($input: SetModelPriceInput!) { setModelPrice(input: $input) { adjustments } }`;

test('the vector of a memory is a line of the ledger under that memory, unpriced while nobody knows the price, and priced later by an adjustment', async () => {
  const id = await create('The lighthouse was painted in May.');
  expect(await logs()).toEqual([
    {
      kind: 'CALL',
      operation: 'EMBEDDING',
      provider: 'openai-compatible',
      model: 'tiny',
      subjectType: 'memory',
      subjectId: id,
      inputTokens: 7,
      priced: false,
      totalCostUsd: null,
      cacheHit: false,
      savedUsd: '0',
      estimated: false,
      price: null,
      adjusts: null,
    },
  ]);
  const { setModelPrice } = await tenant.client.ask(SET, { input: { ...PRICE, effectiveFrom: started } });
  expect(setModelPrice.adjustments).toBe(1);
  expect((await logs())[1]).toMatchObject({
    kind: 'ADJUSTMENT',
    totalCostUsd: '0.007',
    price: { origin: 'OVERRIDE' },
  });
  const { memory } = await tenant.client.ask('query ($id: ID!) { memory(id: $id) { cost { totalUsd calls } } }', {
    id,
  });
  expect(memory.cost).toEqual({ totalUsd: '0.007', calls: 1 });
  const again = await tenant.client.ask(SET, { input: { ...PRICE, effectiveFrom: started } });
  expect(again.setModelPrice.adjustments).toBe(0);
});

test('a search pays for its question once; asked again it is answered from the cache, and says what that saved', async () => {
  const before = (await logs()).length;
  const asked = provider.requests.length;
  for (let time = 0; time < 2; time++) {
    const { searchMemories } = await tenant.client.ask(SEARCH, { query: 'who painted the lighthouse?' });
    expect(searchMemories.degraded).toEqual([]);
  }
  expect(provider.requests.length).toBe(asked + 1);
  const [paid, saved, ...more] = (await logs()).slice(before);
  expect(more).toEqual([]);
  expect(paid).toMatchObject({ operation: 'QUERY', subjectType: 'search', totalCostUsd: '0.007', cacheHit: false });
  expect(saved).toMatchObject({ operation: 'QUERY', subjectType: 'search', totalCostUsd: '0', cacheHit: true });
  expect(Number(saved?.savedUsd)).toBeGreaterThan(0);
});

test('a memory that is written again under its idempotency key asks no model and writes no line', async () => {
  const input = { projectId: tenant.projectId, content: 'Told twice.', idempotencyKey: 'told-twice' };
  const { createMemory: first } = await tenant.client.ask(CREATE, { input });
  const [asked, lines] = [provider.requests.length, (await logs()).length];
  const { createMemory: again } = await tenant.client.ask(CREATE, { input });
  expect(again.memory.id).toBe(first.memory.id);
  const by = { content: 'Told otherwise.', idempotencyKey: 'told-otherwise' };
  const supersede = async (): Promise<string> => {
    const query = `mutation ($id: ID!, $by: CreateMemoryInput!) { supersedeMemory(id: $id, by: $by) { memory { id } } }`;
    return (await tenant.client.ask(query, { id: first.memory.id, by })).supersedeMemory.memory.id;
  };
  const id = await supersede();
  expect([provider.requests.length, (await logs()).length]).toEqual([asked + 1, lines + 1]);
  expect(await supersede()).toBe(id);
  expect([provider.requests.length, (await logs()).length]).toEqual([asked + 1, lines + 1]);
});

test('where the budget has too little left, the memory is refused before the provider is asked', async () => {
  const { createProject } = await tenant.client.ask(
    'mutation { createProject(input: { name: "poor" }) { project { id } } }',
  );
  const projectId = createProject.project.id;
  await tenant.client.ask(
    `mutation ($id: ID!) { setBudget(input: { scope: PROJECT, scopeId: $id, window: TOTAL, limitUsd: "0.000000001", action: BLOCK }) { budget { id } } }`,
    { id: projectId },
  );
  const asked = provider.requests.length;
  const input = { projectId, layer: 'EPISODIC', content: 'Too dear.' };
  expect(await tenant.client.codeOf(CREATE, { input })).toBe('BUDGET_EXCEEDED');
  expect(provider.requests.length).toBe(asked);
});

test('with nothing left in the budget no root field reaches a model: each is refused with BUDGET_EXCEEDED or does without', async () => {
  const { client, projectId } = await createTestTenant(installation);
  const MAKE = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }';
  const made = ['The quay was built in 1921.', 'The quay was built of granite.', 'The quay has 12 bollards.'].map(
    (content) => client.ask(MAKE, { input: { projectId, content } }),
  );
  const [id]: string[] = (await Promise.all(made)).map(({ createMemory }) => createMemory.memory.id);
  await client.ask(
    'mutation ($id: ID!) { setBudget(input: { scope: PROJECT, scopeId: $id, window: TOTAL, limitTokens: 1 }) { budget { id } } }',
    { id: projectId },
  );
  const [content, question, dataset] = ['A new word.', 'When was the quay built?', 'quays'];
  const cases = [{ query: question, relevantMemoryIds: [id] }];
  const ASKING: readonly [string, Record<string, unknown>][] = [
    [MAKE, { input: { projectId, content } }],
    ['mutation ($i: [CreateMemoryInput!]!) { createMemories(inputs: $i) { cursor } }', { i: [{ projectId, content }] }],
    [
      'mutation ($id: ID!, $by: CreateMemoryInput!) { supersedeMemory(id: $id, by: $by) { cursor } }',
      { id, by: { content } },
    ],
    [
      'mutation ($i: IngestDocumentInput!) { ingestDocument(input: $i) { cursor } }',
      { i: { projectId, title: 'T', content } },
    ],
    [
      'query ($i: SearchMemoriesInput!) { searchMemories(input: $i) { tookMs } }',
      { i: { query: question, expandQuery: true } },
    ],
    ['mutation ($i: AskInput!) { ask(input: $i) { answer { id } } }', { i: { projectId, question } }],
    ['mutation ($i: GenerateReflectionInput!) { generateReflection(input: $i) { cursor } }', { i: { projectId } }],
    [
      'mutation ($i: RunEvaluationInput!) { runEvaluation(input: $i) { cursor } }',
      { i: { projectId, dataset, cases } },
    ],
    ['mutation ($i: ConsolidateInput!) { consolidateMemories(input: $i) { archived { id } } }', { i: { projectId } }],
  ];
  const asked = () => provider.requests.length + writer.requests.length;
  const before = asked();
  const codes = new Set<string>();
  for (const [query, variables] of ASKING)
    for (const { extensions } of (await client.send(query, variables)).errors) codes.add(extensions.code);
  expect([...codes]).toEqual(['BUDGET_EXCEEDED']);
  expect(asked()).toBe(before);
});

test('vectors that are made behind a batch are paid by its project, shared by the memories to the nano-dollar', async () => {
  const { createMemories } = await tenant.client.ask(
    `mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { results { memory { id } } } }`,
    {
      inputs: ['One.', 'Two and a half.', 'Three and three quarters.'].map((content) => ({
        projectId: tenant.projectId,
        layer: 'EPISODIC',
        content,
      })),
    },
  );
  const ids: string[] = createMemories.results.map(({ memory }: Data) => memory.id);
  const costs = async () =>
    Promise.all(
      ids.map(async (id) => {
        const { cost } = await tenant.client.ask('query ($id: ID!) { cost(id: $id) { totalUsd } }', {
          id: `memory:${id}`,
        });
        return BigInt(Math.round(Number(cost.totalUsd) * 1e9));
      }),
    );
  let shares = await costs();
  while (shares.some((share) => share === 0n)) shares = await costs();
  const sum = shares.reduce((total, share) => total + share, 0n);
  expect(sum % 7_000_000n).toBe(0n);
  expect(sum).toBeGreaterThan(0n);
});

test('vectors that a budget refuses are made when it has room; meanwhile their memories are found by words, and nobody else waits', async () => {
  const { client } = tenant;
  const { createProject } = await client.ask('mutation { createProject(input: { name: "waits" }) { project { id } } }');
  const projectId = createProject.project.id;
  const { setBudget } = await client.ask(
    `mutation ($id: ID!) { setBudget(input: { scope: PROJECT, scopeId: $id, window: TOTAL, limitUsd: "0.000000001", action: BLOCK }) { budget { id } } }`,
    { id: projectId },
  );
  const write = (of: string, contents: readonly string[]) =>
    client.ask(`mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { pendingEmbeddings } }`, {
      inputs: contents.map((content) => ({ projectId: of, content })),
    });
  const pending = async (of: string): Promise<number> =>
    (await client.ask('query ($of: ID!) { memoryStats(projectId: $of) { pendingEmbeddings } }', { of })).memoryStats
      .pendingEmbeddings;
  await write(projectId, ['Quokkas smile.', 'Quolls do not.']);
  await write(tenant.projectId, ['Wombats dig.']);
  while ((await pending(tenant.projectId)) > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(await pending(projectId)).toBe(2);
  const { searchMemories } = await client.ask(
    'query ($of: ID!) { searchMemories(input: { query: "quokkas", filter: { projectId: $of } }) { hits { memory { content } } } }',
    { of: projectId },
  );
  expect(searchMemories.hits[0].memory.content).toBe('Quokkas smile.');
  await client.ask('mutation ($id: ID!) { deleteBudget(id: $id) { __typename } }', { id: setBudget.budget.id });
  while ((await pending(projectId)) > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('models names it and the language model, each with its price or without one', async () => {
  const { models } = await tenant.client.ask(
    '{ models { provider model purposes available price { origin inputPerMillion } } }',
  );
  const provider = 'openai-compatible';
  expect(models).toEqual([
    {
      provider,
      model: 'tiny',
      purposes: ['EMBED'],
      available: true,
      price: { origin: 'OVERRIDE', inputPerMillion: '1000' },
    },
    { provider, model: 'writer', purposes: ['GENERATE'], available: true, price: null },
  ]);
});

/** What all processes count, as Prometheus reads it. */
const readMetrics = async (): Promise<string> => {
  const read = async (url: string) => (await fetch(new URL('/metrics', url))).text();
  return (await Promise.all([...installation.processes.values()].map(({ url }) => read(url)))).join('\n');
};

test('metrics count its tokens and its seconds', async () => {
  const metrics = await readMetrics();
  expect(metrics).toMatch(/gen_ai_client_token_usage_count\{[^}]*gen_ai_operation_name="embeddings"[^}]*\} \d+/);
  expect(metrics).toContain('gen_ai_client_operation_duration_seconds_count');
  expect(metrics).toMatch(/rae_embedding_cache_total\{hit="true"\} [1-9]/);
});

describe('a call of 0.006 USD and one that is refused', () => {
  const CALL = { model: 'openai/gpt-4o', inputTokens: 2_000, maxOutputTokens: 100 };
  const usage = { inputTokens: 2_000, outputTokens: 100 };
  let other: TestTenant;
  let budgetId: string;

  beforeAll(async () => {
    other = await createTestTenant(installation);
    const { client, projectId } = other;
    const budget = { scope: 'PROJECT', scopeId: projectId, window: 'DAILY', limitUsd: '0.01', thresholds: [0.5] };
    const SET_BUDGET = 'mutation ($input: SetBudgetInput!) { setBudget(input: $input) { budget { id } } }';
    budgetId = (await client.ask(SET_BUDGET, { input: budget })).setBudget.budget.id;
    const RECORD = 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { costLog { id } } }';
    await client.ask(RECORD, { input: { projectId, model: CALL.model, usage } });
    const RESERVE = 'mutation ($input: ReserveBudgetInput!) { reserveBudget(input: $input) { reservation { id } } }';
    expect(await client.codeOf(RESERVE, { input: { projectId, ...CALL } })).toBe('BUDGET_EXCEEDED');
  });

  test('are in the metrics rae_cost_… by tenant and model', async () => {
    const metrics = await readMetrics();
    const tenantIs = `tenant="${other.tenantId}"`;
    const mine = metrics.split('\n').filter((line) => line.includes(tenantIs));
    expect(mine.sort()).toEqual([
      `rae_cost_budget_rejections_total{${tenantIs}} 1`,
      `rae_cost_llm_calls_total{${tenantIs},model="openai/gpt-4o"} 1`,
      `rae_cost_llm_total_usd{${tenantIs},model="openai/gpt-4o"} 0.006`,
      `rae_cost_tokens_total{${tenantIs}} 2100`,
    ]);
    expect(metrics).toMatch(/rae_cost_tokens_per_call_count [1-9]/);
  });

  test('are lines [COST] and [COST-BLOCK] of the log, with tenant, model, tokens, cost and reason', async () => {
    const mine = (): Data[] =>
      installation
        .log()
        .split('\n')
        .filter((line) => line.includes('[COST') && line.includes(other.tenantId))
        .map((line) => JSON.parse(line));
    while (mine().length < 3) await new Promise((resolve) => setImmediate(resolve));
    const call = { tenant: other.tenantId, model: 'openai/gpt-4o', tokens: 2_100, costUsd: '0.006' };
    const threshold = { tenant: other.tenantId, budgetId, threshold: 0.5, usedUsd: '0.006', limitUsd: '0.01' };
    expect(mine()).toMatchObject([
      { level: 'info', msg: '[COST]', ...call, reason: 'recorded' },
      { level: 'warn', msg: '[COST]', ...threshold, reason: 'budget.threshold_reached' },
      { level: 'warn', msg: '[COST-BLOCK]', ...call, budgetId, reason: 'LIMIT' },
    ]);
  });
});

test('spans of the models carry what OpenTelemetry names for them, with tokens and cost', async () => {
  const prices = { provider: 'openai-compatible', inputPerMillion: '10', outputPerMillion: '100' };
  for (const model of ['tiny', 'writer']) await tenant.client.ask(SET, { input: { ...prices, model } });
  const id = await create('The harbour master keeps the keys.');
  writer.answer((_request, answer) => {
    answer.say('The harbour master keeps the keys [1].');
    answer.end();
  });
  const ASK = 'mutation ($input: AskInput!) { ask(input: $input) { answer { model citations { memoryId } } } }';
  const asked = { projectId: tenant.projectId, question: 'Who keeps the keys of the harbour?' };
  const { answer } = (await tenant.client.ask(ASK, { input: asked })).ask;
  expect(answer).toEqual({ model: 'openai-compatible/writer', citations: [{ memoryId: id }] });
  const spanOf = (name: string) => receiver.spans.find((span) => span.name === name && span.attributes[COST]);
  const COST = 'gen_ai.usage.cost';
  while (!spanOf('chat writer') || !spanOf('embeddings tiny')) await new Promise((resolve) => setImmediate(resolve));
  const provider = 'openai-compatible';
  expect(spanOf('embeddings tiny')?.attributes).toMatchObject({
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': 'tiny',
    'gen_ai.usage.input_tokens': 7,
  });
  expect(spanOf('chat writer')?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': 'writer',
    'gen_ai.response.model': 'writer',
    'gen_ai.request.max_tokens': expect.any(Number),
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
    'gen_ai.usage.cost': 0.003,
  });
});
