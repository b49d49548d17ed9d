import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Payload } from './testing/clients.ts';
import { eventually, startToy, type Toy } from './testing/toy-gateway.ts';

const PROTOCOL = 'graphql-transport-ws';
const ADDED = 'subscription { itemAdded { item { name } } }';

let toy: Toy;
beforeAll(async () => {
  toy = await startToy({ limits: { operationsPerSocket: 3 }, allowedOrigins: ['https://app.example'] });
});
afterAll(() => toy.stop());

/** A socket whose messages are read one by one; `closed` is how it was closed. */
function open(protocol: string | string[] = PROTOCOL, options = {}, path = '/graphql') {
  const socket = new WebSocket(toy.gateway.url.replace('http', 'ws').replace('/graphql', path), protocol, options);
  const waiting: Payload[] = [];
  let wake = () => {};
  socket.on('error', () => {});
  socket.on('message', (data) => {
    waiting.push(JSON.parse(String(data)));
    wake();
  });
  return {
    socket,
    waiting,
    closed: new Promise<number>((resolve) => socket.once('close', resolve)),
    async send(...messages: (object | string)[]) {
      if (socket.readyState === socket.CONNECTING) await once(socket, 'open');
      for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    async next(): Promise<Payload> {
      while (waiting.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return waiting.shift();
    },
  };
}

const init = (key: string | null = 'reader') => ({
  type: 'connection_init',
  ...(key === null ? {} : { payload: { authorization: `Bearer ${key}` } }),
});
const ask = (id: string, query: string, variables = {}) => ({ id, type: 'subscribe', payload: { query, variables } });

/** An accepted connection. */
async function connect(key = 'reader') {
  const connection = open();
  await connection.send(init(key));
  expect(await connection.next()).toEqual({ type: 'connection_ack' });
  return connection;
}

describe('graphql-transport-ws', () => {
  test('acknowledges a key as authorization or Authorization, over the subprotocol', async () => {
    const { socket } = await connect();
    expect(socket.protocol).toBe(PROTOCOL);
    socket.close();
    const other = open();
    await other.send({ type: 'connection_init', payload: { Authorization: 'Bearer reader' } });
    expect(await other.next()).toEqual({ type: 'connection_ack' });
    other.socket.close();
  });

  test.each([
    ['without a key', 4401, init(null)],
    ['with a wrong key', 4403, init('nobody')],
    ['while keys cannot be read', 1013, init('away')],
  ])('a connection %s is closed with %i before any data', async (_, code, message) => {
    const connection = open();
    await connection.send(message);
    expect(await connection.closed).toBe(code);
    expect(connection.waiting).toEqual([]);
  });

  test.each([
    ['a second connection_init', 4429, [init()]],
    ['an unknown type', 4400, [{ type: 'start', id: '1' }]],
    ['malformed JSON', 4400, ['{"type":']],
    ['a subscribe without an id', 4400, [{ type: 'subscribe', payload: { query: ADDED } }]],
    ['a subscribe without a query', 4400, [{ type: 'subscribe', id: '1', payload: {} }]],
    ['a second operation under an open id', 4409, [ask('1', ADDED), ask('1', ADDED)]],
  ])('%s closes the socket with %i', async (_, code, messages) => {
    const connection = await connect();
    await connection.send(...messages);
    expect(await connection.closed).toBe(code);
  });

  test('a subscribe before the acknowledgement closes the socket with 4401', async () => {
    const connection = open();
    await connection.send(ask('1', ADDED));
    expect(await connection.closed).toBe(4401);
  });

  test('an unknown subprotocol is closed with 4406', async () => {
    const connection = open([]);
    expect(await connection.closed).toBe(4406);
  });

  test('a connection that says nothing for 3 s is closed with 4408', async () => {
    expect(await open().closed).toBe(4408);
  });

  test('a ping is answered with its payload, and a stray pong is ignored', async () => {
    const { socket, send, next } = await connect();
    await send({ type: 'pong' }, { type: 'ping', payload: { n: 1 } });
    expect(await next()).toEqual({ type: 'pong', payload: { n: 1 } });
    socket.close();
  });

  test('a query and a mutation are answered with next and complete', async () => {
    const { socket, send, next } = await connect('agent');
    await send(ask('q', 'query ($n: Int) { items(first: $n) { id } }', { n: 0 }));
    expect(await next()).toEqual({ id: 'q', type: 'next', payload: { data: { items: [] } } });
    expect(await next()).toEqual({ id: 'q', type: 'complete' });
    await send(ask('m', 'mutation { addItem(name: "m", ownerId: "o1") { owner { name } } }'));
    const owner = { name: 'name of o1' };
    expect(await next()).toMatchObject({ id: 'm', type: 'next', payload: { data: { addItem: { owner } } } });
    expect(await next()).toEqual({ id: 'm', type: 'complete' });
    socket.close();
  });

  test.each([
    ['a syntax error', '{ items', 'BAD_USER_INPUT'],
    ['an unknown field', '{ nothing }', 'BAD_USER_INPUT'],
    ['a field beyond the role', 'subscription { forever { cursor } }', 'FORBIDDEN'],
    [
      '33 root fields',
      `{ ${Array.from({ length: 33 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      'QUERY_TOO_COMPLEX',
    ],
    ['a missing variable', 'subscription ($n: Int!) { countdown(from: $n) }', 'BAD_USER_INPUT'],
    ['two operations and no name', 'query A { items { id } } query B { items { id } }', 'BAD_USER_INPUT'],
  ])('%s is answered with an error of its code, and the socket goes on', async (_, query, code) => {
    const { socket, send, next } = await connect();
    await send(ask('1', query));
    expect(await next()).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code } }] });
    await send(ask('1', '{ __typename }'));
    expect(await next()).toMatchObject({ id: '1', type: 'next' });
    socket.close();
  });

  test('events come as next under their id, two subscriptions apart, and none after complete', async () => {
    const { socket, waiting, send, next } = await connect();
    const before = toy.world.open;
    await send(ask('a', ADDED), ask('b', ADDED));
    await eventually(
      'both upstreams',
      () => toy.world.open,
      (n) => n === before + 2,
    );
    toy.world.add('one');
    const payload = { data: { itemAdded: { item: { name: 'one' } } } };
    const both = [await next(), await next()];
    expect(both.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    for (const message of both) expect(message).toMatchObject({ type: 'next', payload });
    await send({ id: 'a', type: 'complete' });
    await eventually(
      'one upstream',
      () => toy.world.open,
      (n) => n === before + 1,
    );
    toy.world.add('two');
    expect(await next()).toMatchObject({ id: 'b', payload: { data: { itemAdded: { item: { name: 'two' } } } } });
    await send(ask('a', '{ __typename }'));
    expect(await next()).toMatchObject({ id: 'a', type: 'next', payload: { data: { __typename: 'Query' } } });
    expect(await next()).toEqual({ id: 'a', type: 'complete' });
    expect(waiting).toEqual([]);
    socket.close();
    await eventually(
      'no upstream',
      () => toy.world.open,
      (n) => n === before,
    );
  });

  test('the 4th operation of a socket that may have 3 is RATE_LIMITED, until one of them ends', async () => {
    const { socket, send, next } = await connect();
    await send(ask('1', ADDED), ask('2', ADDED), ask('3', ADDED), ask('4', '{ __typename }'));
    const error = {
      code: 'RATE_LIMITED',
      retryable: true,
      details: { limit: 3, remaining: 0, resetsAt: null },
      traceId: null,
    };
    expect(await next()).toMatchObject({ id: '4', type: 'error', payload: [{ extensions: error }] });
    await send({ id: '1', type: 'complete' }, ask('4', '{ __typename }'));
    expect(await next()).toMatchObject({ id: '4', type: 'next' });
    socket.close();
  });

  test('a message over 256 KiB closes the socket with 1009', async () => {
    const connection = open();
    await connection.send({ ...init(), padding: 'x'.repeat(256 * 1024) });
    expect(await connection.closed).toBe(1009);
  });
});

describe('the upgrade', () => {
  const refused = async (options: object, path?: string) => {
    const { socket } = open(PROTOCOL, options, path);
    const [, response] = await once(socket, 'unexpected-response');
    socket.terminate();
    return response.statusCode;
  };

  test('of a page of another site is refused with 403, of the own host and of a listed origin taken', async () => {
    expect(await refused({ origin: 'https://evil.example' })).toBe(403);
    expect(await refused({ origin: 'null' })).toBe(403);
    for (const origin of ['https://app.example', toy.gateway.url.replace('/graphql', '')]) {
      const { socket } = open(PROTOCOL, { origin });
      await once(socket, 'open');
      socket.close();
    }
  });

  test('at another path is refused with 404', async () => {
    expect(await refused({}, '/elsewhere')).toBe(404);
  });
});
