import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { NO_CAUSE } from '@rae/kernel';
import { WebSocketServer } from 'ws';
import { callerOf, createTestLogger, eventually } from '../testing/toy-gateway.ts';
import { startToyServer } from '../testing/toy-server.ts';
import { createToySchema, createToyWorld } from '../testing/toy-world.ts';
import { createHttpTransport, type HttpTransportOptions } from './http.ts';

const TRACEPARENT = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
const scope = (signal: AbortSignal | null = null) => ({
  caller: callerOf('key:k', ['READER']),
  cause: NO_CAUSE,
  traceparent: TRACEPARENT,
  signal,
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A transport to a server that answers as it is told. */
async function serve(handler: Handler, options: Partial<HttpTransportOptions> = {}) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?of=items`;
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, transport: create(url, options) };
}

function create(url: string, options: Partial<HttpTransportOptions> = {}) {
  const transport = createHttpTransport({ name: 'items', url, signToken: async () => 'signed', ...options });
  closing.push(transport.close);
  return transport;
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const failed = (code: string, message: string, retryable: boolean, details = {}) => ({
  errors: [{ message, extensions: { code, retryable, details: { dependency: 'items', ...details } } }],
});

test('sends query, variables, internal token and trace, and nothing of the client', async () => {
  const seen: { url?: string | undefined; headers: object; body: string }[] = [];
  const { transport } = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ url: request.url, headers: request.headers, body });
    json(response, 200, { data: { n: 1 } });
  });
  const request = { query: 'query Q($a: Int) { n }', variables: { a: 1 }, operationName: 'Q' };
  expect(await transport.execute(request, scope())).toEqual({ data: { n: 1 } });
  const [{ url, headers, body } = { headers: {}, body: '' }] = seen;
  expect(url).toBe('/graphql?of=items');
  expect(JSON.parse(body)).toEqual(request);
  expect(Object.keys(headers).sort()).toEqual(
    ['accept', 'authorization', 'connection', 'content-length', 'content-type', 'host', 'traceparent'].sort(),
  );
  expect(headers).toMatchObject({ authorization: 'Bearer signed', traceparent: TRACEPARENT });
});

test('a refused connection is DEPENDENCY_UNAVAILABLE, for a fetch, a subscription and the check', async () => {
  const { server, transport } = await serve(() => {});
  server.close();
  const answer = failed('DEPENDENCY_UNAVAILABLE', 'Subgraph items could not be reached.', true);
  expect(await transport.execute({ query: '{n}' }, scope())).toEqual(answer);
  const events = transport.subscribe({ query: 'subscription{n}' }, scope())[Symbol.asyncIterator]();
  await expect(events.next()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
  await expect(transport.check()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});

test('an answer that does not come within the time is TIMEOUT, before its head and in the middle of its body', async () => {
  const silent = await serve(() => {}, { timeoutMs: 30 });
  const answer = failed('TIMEOUT', 'Subgraph items did not answer within 30 ms.', true);
  expect(await silent.transport.execute({ query: '{n}' }, scope())).toEqual(answer);
  const stuck = await serve((_, response) => response.writeHead(200).write('{"data":'), { timeoutMs: 30 });
  expect(await stuck.transport.execute({ query: '{n}' }, scope())).toEqual(answer);
});

test('a client that is gone makes it CANCELLED, before and while it waits', async () => {
  const client = new AbortController();
  const { transport } = await serve(() => client.abort());
  const answer = failed('CANCELLED', 'Subgraph items was not waited for, because the client is gone.', false);
  expect(await transport.execute({ query: '{n}' }, scope(client.signal))).toEqual(answer);
  expect(await transport.execute({ query: '{n}' }, scope(client.signal))).toEqual(answer);
});

test.each([
  ['HTML', 502, '<h1>Bad Gateway</h1>'],
  ['JSON that is no GraphQL', 200, '{"ok":true}'],
  ['a list', 200, '[{"data":{}}]'],
  ['nothing', 200, ''],
])('an answer of %s is DEPENDENCY_UNAVAILABLE with its HTTP status', async (_, status, body) => {
  const { transport } = await serve((_request, response) => response.writeHead(status).end(body));
  expect(await transport.execute({ query: '{n}' }, scope())).toEqual(
    failed('DEPENDENCY_UNAVAILABLE', `Subgraph items did not answer in GraphQL (HTTP ${status}).`, true),
  );
});

test('errors in GraphQL are taken whatever the HTTP status', async () => {
  const errors = [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' } }];
  const { transport } = await serve((_, response) => json(response, 400, { errors }));
  expect(await transport.execute({ query: '{n}' }, scope())).toEqual({ errors });
});

test('a refused internal token never looks like a refused client, by HTTP status or by code', async () => {
  const answer = failed('DEPENDENCY_UNAVAILABLE', 'Subgraph items did not accept the internal token.', true);
  const errors = [{ message: 'who?', extensions: { code: 'UNAUTHENTICATED' } }];
  const byStatus = await serve((_, response) => json(response, 401, { errors: [] }));
  expect(await byStatus.transport.execute({ query: '{n}' }, scope())).toEqual(answer);
  const byCode = await serve((_, response) => json(response, 200, { errors }));
  expect(await byCode.transport.execute({ query: '{n}' }, scope())).toEqual(answer);
});

test('a refused internal token of a subscription is DEPENDENCY_UNAVAILABLE as well', async () => {
  const world = createToyWorld();
  const schema = createToySchema('items', world);
  const server = await startToyServer({ name: 'items', schema, world, logger: createTestLogger() });
  closing.push(server.kill);
  const events = create(server.url).subscribe({ query: 'subscription{countdown(from:1)}' }, scope());
  await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});

test('an answer of 101 bytes is refused where 100 are allowed, and not read to its end', async () => {
  const { transport } = await serve((_, response) => response.writeHead(200).write('x'.repeat(101)), {
    maxResponseBytes: 100,
  });
  expect(await transport.execute({ query: '{n}' }, scope())).toEqual(
    failed('DEPENDENCY_UNAVAILABLE', 'Subgraph items answered with more than 100 bytes.', false, {
      limit: 100,
      retryable: false,
    }),
  );
});

test('200 fetches at once use 32 connections, and the next ones the same', async () => {
  const { server, transport } = await serve((_, response) => json(response, 200, { data: {} }));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const all = () => Promise.all(Array.from({ length: 200 }, () => transport.execute({ query: '{n}' }, scope())));
  await all();
  await all();
  expect(connections).toBe(32);
});

test('a token that cannot be signed is the answer, with its code', async () => {
  const signToken = async () => Promise.reject(new Error('no secret'));
  const { transport } = await serve(() => {}, { signToken });
  expect(await transport.execute({ query: '{n}' }, scope())).toMatchObject({
    errors: [{ extensions: { code: 'DEPENDENCY_UNAVAILABLE' } }],
  });
});

test('the check asks the health path of the same origin and wants 200', async () => {
  const paths: (string | undefined)[] = [];
  let status = 200;
  const { transport } = await serve((request, response) => {
    paths.push(request.url);
    response.writeHead(status).end();
  });
  await transport.check();
  status = 503;
  await expect(transport.check()).rejects.toThrow('Subgraph items is not ready (HTTP 503).');
  expect(paths).toEqual(['/health/ready', '/health/ready']);
});

test.each([
  ['normally', 1000],
  ['for a restart', 1012],
])(
  'a socket that the subgraph closes %s (%i) loses the stream instead of silently subscribing again',
  async (_, code) => {
    const { server, transport } = await serve(() => {});
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
    let subscribes = 0;
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { type } = JSON.parse(String(data));
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        if (type !== 'subscribe') return;
        subscribes += 1;
        socket.close(code, 'bye');
      }),
    );
    const events = transport.subscribe({ query: 'subscription{n}' }, scope())[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await eventually(
      'the socket',
      () => sockets.clients.size,
      (n) => n === 0,
    );
    expect(subscribes).toBe(1);
  },
);

test('closing a transport whose socket is still connecting ends its stream and harms nothing', async () => {
  const { server, transport } = await serve(() => {});
  server.on('upgrade', () => {});
  const events = transport.subscribe({ query: 'subscription{n}' }, scope())[Symbol.asyncIterator]();
  const ended = expect(events.next()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  await once(server, 'upgrade');
  await transport.close();
  await ended;
});
