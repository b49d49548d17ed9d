import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, listen, type TestTenant } from '@rae/testkit';
import { buildSchema, isObjectType } from 'graphql';
import type { Foreign } from './isolation/case.ts';
import { CASES } from './isolation/index.ts';

const schema = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'));

let owner: TestTenant;
let stranger: TestTenant;
let foreign: Foreign;
let had: unknown;

const HOLDINGS =
  '{ memories { totalCount nodes { id status } } documents { nodes { id version } } budgets { nodes { id usedUsd reservedUsd } } reservations { nodes { id status } } projects { nodes { id } } }';

beforeAll(async () => {
  owner = await createTestTenant();
  stranger = await createTestTenant();
  const canary = `canary${owner.tenantId.replaceAll('-', '')}`;
  const { createMemory } = await owner.client.ask(
    `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { cursor memory { id } } }`,
    { input: { projectId: owner.projectId, content: `The word is ${canary}.`, tags: [canary], metadata: { canary } } },
  );
  const { createApiKey } = await owner.client.ask(
    `mutation ($name: String!) { createApiKey(input: { name: $name, roles: [READER] }) { apiKey { id } } }`,
    { name: canary },
  );
  const { ask } = await owner.client.ask(
    `mutation ($input: AskInput!) { ask(input: $input) { answer { id status } } }`,
    { input: { projectId: owner.projectId, question: `What is the word ${canary}?` } },
  );
  expect(ask.answer.status).toBe('ANSWERED');
  const { ingestDocument } = await owner.client.ask(
    `mutation ($input: IngestDocumentInput!) { ingestDocument(input: $input) { document { id } } }`,
    {
      input: { projectId: owner.projectId, title: canary, uri: `file:${canary}`, content: `Its page says ${canary}.` },
    },
  );
  const { savePromptVersion } = await owner.client.ask(
    `mutation ($name: String!) { savePromptVersion(input: { name: "secret-prompt", template: $name }) { prompt { id } } }`,
    { name: canary },
  );
  const { auditLog } = await owner.client.ask('{ auditLog(first: 1) { nodes { id } } }');
  const { setBudget, reserveBudget } = await owner.client.ask(
    `mutation ($id: ID!) {
      setBudget(input: { scope: PROJECT, scopeId: $id, window: DAILY, limitUsd: "1" }) { budget { id } }
      reserveBudget(input: { projectId: $id, model: "openai/gpt-4o", inputTokens: 10, maxOutputTokens: 10, leaseSeconds: 3600 }) {
        reservation { id } } }`,
    { id: owner.projectId },
  );
  await owner.client.ask(
    `mutation ($model: String!) { setModelPrice(input: { provider: "openai", model: $model, inputPerMillion: "7", outputPerMillion: "7" }) { adjustments } }`,
    { model: canary },
  );
  foreign = {
    budgetId: setBudget.budget.id,
    reservationId: reserveBudget.reservation.id,
    documentId: ingestDocument.document.id,
    tenantId: owner.tenantId,
    projectId: owner.projectId,
    memoryId: createMemory.memory.id,
    answerId: ask.answer.id,
    keyId: createApiKey.apiKey.id,
    promptId: savePromptVersion.prompt.id,
    auditId: auditLog.nodes[0].id,
    canary,
    cursor: createMemory.cursor,
  };
  had = await owner.client.ask(HOLDINGS);
});

test('every root field of the schema is asked from a second tenant', () => {
  const fields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
  expect(Object.keys(CASES).sort()).toEqual(fields.sort());
});

test('every argument and input field that takes an id of ours is given a foreign one', () => {
  const ids = ['projectId', 'id', 'memoryId'];
  const taking = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type
      ? Object.values(type.getFields()).flatMap((field) =>
          field.args.filter(({ name }) => ids.includes(name)).map(({ name }) => `${type.name}.${field.name}(${name})`),
        )
      : [],
  );
  const asked = Object.entries(CASES)
    .filter(([, cases]) => cases.some(({ variables }) => variables))
    .map(([field]) => field);
  for (const argument of taking) expect(asked).toContain(argument.split('(')[0]);
});

describe.each(Object.entries(CASES))('%s', (field, cases) => {
  test.each(cases)('shows a second tenant nothing of the first: $query', async ({ query, variables, code }) => {
    const given = variables?.(foreign) ?? {};
    const answer = field.startsWith('Subscription')
      ? (await listen(stranger.client, query, given).next()).value?.data
      : await stranger.client.send(query, given);
    const text = JSON.stringify(answer);
    for (const secret of [foreign.canary, foreign.tenantId]) expect(text).not.toContain(secret);
    if (!Object.values(given).includes(foreign.projectId)) expect(text).not.toContain(foreign.projectId);
    expect(answer.errors?.[0]?.extensions.code).toBe(code);
  });
});

test("a first tenant's cursor gives a second tenant nothing of the first", async () => {
  const { createMemory } = await stranger.client.ask(
    `mutation ($id: ID) { createMemory(input: { projectId: $id, content: "mine" }) { memory { id } } }`,
    { id: stranger.projectId },
  );
  const messages = listen(
    stranger.client,
    'subscription ($after: String) { memoryCreated(after: $after) { memoryId } }',
    { after: foreign.cursor },
  );
  const { value } = await messages.next();
  await messages.return();
  expect(value?.data.data.memoryCreated.memoryId).toBe(createMemory.memory.id);
});

test('a foreign id and an id that was never given get the same answer', async () => {
  const query = 'mutation ($id: ID!) { archiveMemory(id: $id) { cursor } }';
  const unknown = '01900000-0000-7000-8000-000000000000';
  const [one, other] = [
    await stranger.client.send(query, { id: foreign.memoryId }),
    await stranger.client.send(query, { id: unknown }),
  ];
  const shape = (answer: typeof one, id: string) =>
    JSON.stringify({
      ...answer,
      errors: answer.errors.map((error) => ({ ...error, extensions: { ...error.extensions, traceId: null } })),
    }).replaceAll(id, 'ID');
  expect(shape(one, foreign.memoryId)).toBe(shape(other, unknown));
});

test('after all of it the first tenant has what it had', async () => {
  expect(await owner.client.ask(HOLDINGS)).toEqual(had);
});

test('_entities and _service are not in the public schema', async () => {
  expect(isObjectType(schema.getType('_Service'))).toBe(false);
  expect(await stranger.client.codeOf('{ _service { sdl } }')).toBe('BAD_USER_INPUT');
  expect(
    await stranger.client.codeOf('query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', {
      r: [{ __typename: 'Memory', id: foreign.memoryId }],
    }),
  ).toBe('BAD_USER_INPUT');
});
