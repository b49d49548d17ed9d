import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type Installation, listen, startInstallation, takeEvents } from '@rae/testkit';
import { startSpanReceiver } from './lib/span-receiver.ts';

let receiver: Awaited<ReturnType<typeof startSpanReceiver>>;
let installation: Installation;

beforeAll(async () => {
  receiver = await startSpanReceiver();
  installation = await startInstallation(receiver.env);
});
afterAll(async () => {
  await installation.stop();
  receiver.close();
});

test("one trace goes from the client's request through gateway, SQL and event log to the consumer and the subscription", async () => {
  const { client, projectId } = await createTestTenant(installation);
  const messages = listen(client, 'subscription { memoryCreated { memory { content project { name } } } }');
  const heard = takeEvents(messages, 1);
  const traceId = randomBytes(16).toString('hex');
  const wanted = [/POST|graphql/i, /insert|pg/i, /consume governance\.forget-labels/, /subscription/i];
  const missing = () => {
    const names = receiver.spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
    return wanted.filter((name) => !names.some((found) => name.test(found)));
  };
  // The subscription begins when its first event could be heard: write until one is.
  const ask = async (query: string, variables: object): Promise<Data> => {
    const response = await fetch(client.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${client.key}`,
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      },
      body: JSON.stringify({ query, variables }),
    });
    return ((await response.json()) as { data: Data }).data;
  };
  const write = async () => {
    const query = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }';
    const { createMemory } = await ask(query, { input: { projectId, content: 'traced' } });
    return createMemory.memory.id;
  };
  let done = false;
  void heard.then(() => {
    done = true;
  });
  let id = '';
  while (!done) id = await write();
  await ask('mutation ($id: ID!) { deleteMemory(id: $id) { cursor } }', { id });
  await messages.return();
  while (missing().length > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(missing()).toEqual([]);
});

test('an error carries the trace id of its request', async () => {
  const { client } = await createTestTenant(installation);
  const traceId = randomBytes(16).toString('hex');
  const response = await fetch(client.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${client.key}`,
      traceparent: `00-${traceId}-${'1'.repeat(16)}-01`,
    },
    body: JSON.stringify({ query: '{ memories(first: 0) { totalCount } }' }),
  });
  const { errors } = (await response.json()) as { errors: { extensions: { traceId: string } }[] };
  expect(errors[0]?.extensions.traceId).toBe(traceId);
});
