import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}
interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly Attribute[];
}
interface Sent {
  readonly resource: { readonly attributes: readonly Attribute[] };
  readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
/** A program takes 0.5 s, several times that beside the rest of the tests. */
const TIMEOUT_MS = 30_000;
const KIND_SERVER = 2;
const KIND_CLIENT = 3;

/**
 * A program of its own: an HTTP server that answers with the trace id which it has while a GraphQL query asks Postgres
 * and Redis. Both are servers that answer whatever they are told with nothing.
 */
const PROGRAM = `
  import { subscribe } from 'node:diagnostics_channel';
  import { once } from 'node:events';
  import { createServer as createHttpServer, get } from 'node:http';
  import { connect, createServer as createTcpServer } from 'node:net';
  import { text } from 'node:stream/consumers';
  import { currentTraceId } from '${new URL('logger.ts', import.meta.url)}';
  import { flushTraces } from '${new URL('flush-traces.ts', import.meta.url)}';
  import { buildSchema, graphql } from 'graphql';
  import { Redis } from 'ioredis';
  import pg from 'pg';

  let connections = 0;
  subscribe('net.client.socket', () => { connections += 1; });
  const listen = (server) => once(server.listen(0, '127.0.0.1'), 'listening').then(() => server.address().port);

  const ready = '5a0000000549';
  const answers = {
    [0]: '520000000800000000' + ready,
    [0x50]: '3100000004' + '3200000004' + '6e00000004' + '430000000d53454c454354203000' + ready,
  };
  const postgres = createTcpServer((socket) =>
    socket.on('data', (data) => socket.write(Buffer.from(answers[data[0]] ?? '', 'hex'))));
  const client = new pg.Client({ host: '127.0.0.1', port: await listen(postgres), user: 'x' });
  await client.connect();
  await client.query('select $1::text as polled', ['a poll']);
  const redisServer = createTcpServer((socket) =>
    socket.on('data', (data) => socket.write('+OK\\r\\n'.repeat(String(data).match(/^[*]/gm).length))));
  const redis = new Redis(await listen(redisServer), '127.0.0.1', { enableReadyCheck: false });

  const schema = buildSchema('type Query { traceId(about: String): String }');
  const rootValue = {
    traceId: async ({ about }) => {
      await client.query('select $1::text', [about]);
      await redis.set('key', about);
      return currentTraceId();
    },
  };
  const source = '{ traceId(about: "what only the tenant may read") }';
  const http = createHttpServer(async (_, response) => {
    const { data } = await graphql({ schema, source, rootValue });
    response.end(String(data.traceId));
  });
  const port = await listen(http);

  const ask = (path) => once(get({ port, host: '127.0.0.1', path, agent: false }), 'response').then(([it]) => text(it));
  const graph = await ask('/graphql');
  const health = await ask('/health/ready');
  const metrics = await ask('/metrics');
  const stranger = connect(port, '127.0.0.1');
  stranger.write('GET /graphql HTTP/1.0\\r\\ntraceparent: 00-${TRACE}-b7ad6b7169203331-01\\r\\n\\r\\n');
  const continued = (await text(stranger)).split('\\r\\n\\r\\n')[1];

  await client.end();
  redis.disconnect();
  redisServer.close();
  http.close();
  postgres.close();
  console.log(JSON.stringify({ graph, health, metrics, continued, connections }));
  await flushTraces();
`;

/** Runs the program to its end: trace ids as its four requests saw them, and how many connections it opened. */
async function runProgram(environment: Record<string, string>): Promise<Record<string, string | number>> {
  const options = ['--import', '@rae/telemetry/otel', '--input-type=module', '--eval', PROGRAM];
  const child = spawn(process.execPath, options, {
    cwd: import.meta.dirname,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect(errors).toBe('');
  return JSON.parse(output);
}

describe('with an OTLP endpoint', () => {
  const sent: Sent[] = [];
  const receiver = createServer(async (request, response) => {
    if (request.url === '/v1/traces') sent.push(...JSON.parse(await text(request)).resourceSpans);
    response.end('{}');
  });
  let seen: Record<string, string | number> = {};
  const findSpans = () => sent.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

  beforeAll(async () => {
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const { port } = receiver.address() as AddressInfo;
    seen = await runProgram({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
  }, TIMEOUT_MS);
  afterAll(() => {
    receiver.close();
  });

  test('client, server, query and statement of a request are one trace, each the child of the one before', () => {
    const parentOf = (child: Span | undefined) => findSpans().find(({ spanId }) => spanId === child?.parentSpanId);
    const statement = findSpans().find(({ name, traceId }) => name.startsWith('pg.query') && traceId === seen.graph);
    const query = parentOf(statement);
    const server = parentOf(query);
    const client = parentOf(server);
    expect([client, server, query].map((span) => span?.name)).toEqual(['GET', 'GET', 'query']);
    expect([client?.kind, server?.kind]).toEqual([KIND_CLIENT, KIND_SERVER]);
    expect([client, server, query].map((span) => span?.traceId)).toEqual(Array(3).fill(seen.graph));
    expect(client?.parentSpanId).toBeUndefined();
  });

  test('a command to Redis is a child of the query', () => {
    const command = findSpans().find(({ name, traceId }) => name === 'set' && traceId === seen.graph);
    const query = findSpans().find(({ name, traceId }) => name === 'query' && traceId === seen.graph);
    expect(command?.parentSpanId).toBe(query?.spanId);
  });

  test('a request with a traceparent goes on in the trace that it names', () => {
    expect(seen.continued).toBe(TRACE);
    const server = findSpans().find(({ traceId, kind }) => traceId === TRACE && kind === KIND_SERVER);
    expect(server?.parentSpanId).toBe('b7ad6b7169203331');
  });

  test('requests for health and metrics make no span of the server, and 2 of 4 requests do', () => {
    expect([seen.health, seen.metrics]).toEqual(['null', 'null']);
    expect(findSpans().filter(({ kind }) => kind === KIND_SERVER)).toHaveLength(2);
  });

  test('a statement outside of a request makes no span', () => {
    expect(findSpans().filter(({ name }) => name.startsWith('pg'))).toHaveLength(2);
    expect(JSON.stringify(findSpans())).not.toContain('polled');
  });

  test('the texts of queries, statements and commands are sent without the values in them', () => {
    expect(JSON.stringify(findSpans())).toContain('traceId(about: \\"*\\")');
    expect(JSON.stringify(findSpans())).not.toContain('what only the tenant may read');
  });

  test('the service is called rae', () => {
    expect(sent[0]?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'rae' } });
  });
});

describe('with nothing configured', () => {
  test(
    'each request has a trace id of 32 hex digits, and no connection is opened beside the 6 of the program',
    async () => {
      const seen = await runProgram({});
      expect(seen.graph).toMatch(/^[0-9a-f]{32}$/);
      expect(seen.continued).toBe(TRACE);
      expect(seen.health).toBe('null');
      expect(seen.connections).toBe(6);
    },
    TIMEOUT_MS,
  );
});

describe('with OTEL_SDK_DISABLED', () => {
  test(
    'no request has a trace id, even where an endpoint is named',
    async () => {
      const seen = await runProgram({ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
      expect(seen).toMatchObject({ graph: 'null', continued: 'null', connections: 6 });
    },
    TIMEOUT_MS,
  );
});
