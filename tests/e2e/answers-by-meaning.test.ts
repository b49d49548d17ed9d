import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type Installation, startInstallation, type TestTenant } from '@rae/testkit';
import { startFakeModel } from './lib/fake-model.ts';

const ASK = `mutation ($input: AskInput!) { ask(input: $input) { answer { id text status model cost { totalUsd savedUsd }
  citations { memoryId verified } } } }`;
const CREATE = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }';
/** The offline encoder's cosine of the two is .976. */
const QUESTION = 'Which database does the billing service run on?';
const REWORDED = 'What database does the billing service run on?';

let model: Awaited<ReturnType<typeof startFakeModel>>;
let installation: Installation;
let tenant: TestTenant;
let memoryId: string;

const remember = async (content: string, more: object = {}): Promise<string> =>
  (await tenant.client.ask(CREATE, { input: { projectId: tenant.projectId, content, ...more } })).createMemory.memory
    .id;
const ask = async (question: string, more: object = {}): Promise<Data> =>
  (await tenant.client.ask(ASK, { input: { projectId: tenant.projectId, question, ...more } })).ask.answer;
/** Calls of the model that a question takes: 0 when its answer was at hand. */
const callsFor = async (question: string, more: object = {}): Promise<number> => {
  const before = model.requests.length;
  await ask(question, more);
  return model.requests.length - before;
};

beforeAll(async () => {
  model = await startFakeModel();
  installation = await startInstallation({
    RAE_GENERATE_MODEL: 'openai-compatible/test-model',
    RAE_GENERATE_URL: model.url,
  });
  tenant = await createTestTenant(installation);
  memoryId = await remember('The billing service runs on the database Postgres 17.', { userId: 'ola' });
  const price = { provider: 'openai-compatible', model: 'test-model', inputPerMillion: '10', outputPerMillion: '10' };
  await tenant.client.ask('mutation ($input: SetModelPriceInput!) { setModelPrice(input: $input) { adjustments } }', {
    input: price,
  });
  model.answer((_request, answer) => {
    answer.say('The billing service runs on Postgres 17 [1].');
    answer.end();
  });
}, 120_000);
afterAll(async () => {
  await installation.stop();
  await model.close();
});

test('a question of the same meaning is asked of the model again while the tenant has not set answerCacheByMeaning', async () => {
  expect([await callsFor(QUESTION), await callsFor(REWORDED)]).toEqual([1, 1]);
});

test('where it is set, the answer is given again as an answer of its own that says what it saved', async () => {
  await tenant.client.ask(
    'mutation { setTenantSettings(input: { answerCacheByMeaning: true }) { settings { answerCacheByMeaning } } }',
  );
  const first = await ask(QUESTION);
  const asked = model.requests.length;
  const again = await ask(REWORDED);
  expect(model.requests).toHaveLength(asked);
  expect(again.id).not.toBe(first.id);
  const { text, status, model: writer, citations } = first;
  expect(again).toMatchObject({ text, status, model: writer, citations });
  expect([first.cost, again.cost]).toEqual([
    { totalUsd: '0.0012', savedUsd: '0' },
    { totalUsd: '0', savedUsd: '0.0012' },
  ]);
});

test('it is not given to another user, under another filter or for other settings', async () => {
  expect(await callsFor(REWORDED)).toBe(0);
  for (const more of [
    { userId: 'ben' },
    { sessionId: 's1' },
    { search: { filter: { userId: 'ola' } } },
    { search: { limit: 3 } },
    { maxOutputTokens: 100 },
  ])
    expect(await callsFor(REWORDED, more)).toBe(1);
});

test('it is not given once something that speaks of it is remembered, or what it cites is changed', async () => {
  await remember('The billing service moved to another database host.');
  expect([await callsFor(REWORDED), await callsFor(QUESTION)]).toEqual([1, 0]);
  await tenant.client.ask('mutation ($input: UpdateMemoryInput!) { updateMemory(input: $input) { memory { id } } }', {
    input: { id: memoryId, importance: 0.9 },
  });
  expect([await callsFor(REWORDED), await callsFor(QUESTION)]).toEqual([1, 0]);
});

test('erasing the memory erases the answer and those that were given again from it', async () => {
  const given = await ask(QUESTION);
  await tenant.client.ask('mutation ($id: ID!) { deleteMemory(id: $id) { id } }', { id: memoryId });
  expect(await tenant.client.codeOf('query ($id: ID!) { answer(id: $id) { id } }', { id: given.id })).toBe('NOT_FOUND');
  expect((await tenant.client.ask('{ answers { totalCount } }')).answers.totalCount).toBe(0);
});

test('metrics count how often an answer was at hand, and how often not', async () => {
  const server = [...installation.processes].find(([role]) => role === 'all' || role === 'memory')?.[1];
  const metrics = await (await fetch(new URL('/metrics', server?.url))).text();
  for (const hit of ['true', 'false'])
    expect(metrics).toMatch(new RegExp(`rae_answer_cache_total\\{hit="${hit}"\\} [1-9]`));
});
