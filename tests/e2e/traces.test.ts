import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type Installation, listen, startInstallation, takeEvents } from '@rae/testkit';

interface Span {
  readonly traceId: string;
  readonly name: string;
}

/** An OTLP receiver (OpenTelemetry Protocol over HTTP with JSON) that keeps the names of spans by trace. */
function startReceiver(): Promise<{ server: Server; url: string; spans: Span[] }> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    for (const resource of body.resourceSpans ?? [])
      for (const scope of resource.scopeSpans) spans.push(...scope.spans);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, spans });
    });
  });
}

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let installation: Installation;

beforeAll(async () => {
  receiver = await startReceiver();
  installation = await startInstallation({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
});
afterAll(async () => {
  await installation.stop();
  receiver.server.close();
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
