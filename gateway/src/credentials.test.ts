import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { openSse, overSse, overWs, type Payload, post } from './testing/clients.ts';
import { eventually, startToy, type Toy } from './testing/toy-gateway.ts';

const ADDED = 'subscription { itemAdded { item { name } } }';
const ENDED = { extensions: { code: 'UNAUTHENTICATED', retryable: false } };

let toy: Toy;
beforeEach(async () => {
  toy = await startToy();
});
afterEach(() => toy.stop());

const upstreams = (n: number) =>
  eventually(
    'the upstreams',
    () => toy.world.open,
    (count) => count === n,
  );

test('a revoked key ends each subscription of its socket with an error, then the socket with 4403', async () => {
  const socket = new WebSocket(toy.gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: Payload[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  socket.send('{"type":"connection_init","payload":{"authorization":"Bearer agent"}}');
  await eventually(
    'the acknowledgement',
    () => messages.length,
    (n) => n === 1,
  );
  for (const id of ['a', 'b']) socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: ADDED } }));
  await upstreams(2);
  toy.keys.revoke('agent');
  const [code] = await once(socket, 'close');
  expect(code).toBe(4403);
  expect(messages.slice(1)).toMatchObject([
    { id: 'a', type: 'error', payload: [ENDED] },
    { id: 'b', type: 'error', payload: [ENDED] },
  ]);
  await upstreams(0);
});

test('a revoked key closes a socket without subscriptions with 4403 as well', async () => {
  const socket = new WebSocket(toy.gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init","payload":{"authorization":"Bearer agent"}}');
  await once(socket, 'message');
  toy.keys.revoke('agent');
  expect((await once(socket, 'close'))[0]).toBe(4403);
});

test('a revoked key ends a stream of server-sent events with an error and complete', async () => {
  const headers = { accept: 'text/event-stream', authorization: 'Bearer agent', 'content-type': 'application/json' };
  const body = JSON.stringify({ query: ADDED });
  const stream = await openSse(toy.gateway.url, { method: 'POST', headers, body });
  const next = stream.next();
  await upstreams(1);
  toy.keys.revoke('agent');
  expect(await next).toMatchObject({ event: 'next', data: { errors: [ENDED] } });
  expect(await stream.next()).toMatchObject({ event: 'complete' });
  await upstreams(0);
});

test('streams of other keys go on, and the revoked one opens nothing any more', async () => {
  const readers = [overWs(toy, ADDED), await overSse(toy, ADDED)];
  const next = readers.map((reader) => reader.next());
  await upstreams(2);
  toy.keys.revoke('agent');
  expect((await post(toy, '{ __typename }', {}, { key: 'agent' })).status).toBe(401);
  await expect(overWs(toy, ADDED, {}, 'agent').next()).rejects.toMatchObject({ code: 4403 });
  toy.world.add('one');
  for (const payload of await Promise.all(next)) expect(payload.data.itemAdded.item).toEqual({ name: 'one' });
  for (const reader of readers) await reader.end();
});

test('nothing is watched any more when streams and sockets are closed', async () => {
  const readers = [overWs(toy, ADDED), await overSse(toy, ADDED)];
  for (const reader of readers) reader.next().catch(() => {});
  await upstreams(2);
  expect(toy.keys.watchers.size).toBe(2);
  for (const reader of readers) await reader.end();
  await eventually(
    'no watcher',
    () => toy.keys.watchers.size,
    (n) => n === 0,
  );
});
