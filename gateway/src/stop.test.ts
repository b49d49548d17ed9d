import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { openSse, overWs, post, send } from './testing/clients.ts';
import { eventually, startToy } from './testing/toy-gateway.ts';

const ADDED = 'subscription { itemAdded { item { name } } }';
const HEADERS = { accept: 'text/event-stream', authorization: 'Bearer agent', 'content-type': 'application/json' };

// a connection that nobody closes holds up a stop for 10 s, when the drain cuts it off
jest.setTimeout(9_000);

test('stop finishes requests in flight, closes sockets with 1001 and streams with a retryable error, and then listens no more', async () => {
  const toy = await startToy();
  const socket = new WebSocket(toy.gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init","payload":{"authorization":"Bearer agent"}}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ADDED } }));
  const body = JSON.stringify({ query: ADDED });
  const stream = await openSse(toy.gateway.url, { method: 'POST', headers: HEADERS, body });
  const event = stream.next();
  await eventually(
    'both upstreams',
    () => toy.world.open,
    (n) => n === 2,
  );
  const answer = post(toy, 'mutation { slowMutation(ms: 100) }', {}, { key: 'agent' });
  await eventually(
    'the mutation',
    () => toy.fetches.length,
    (n) => n === 3,
  );

  const stopped = toy.gateway.stop();
  const [code, reason] = await once(socket, 'close');
  expect([code, String(reason)]).toEqual([1001, 'The server stops: resume with after']);
  const error = { extensions: { code: 'DEPENDENCY_UNAVAILABLE', retryable: true } };
  expect(await event).toMatchObject({ event: 'next', data: { errors: [error] } });
  expect(await stream.next()).toMatchObject({ event: 'complete' });
  expect(await answer).toMatchObject({ status: 200, body: { data: { slowMutation: 100 } } });
  await stopped;
  expect(toy.world.open).toBe(0);
  await expect(post(toy, '{ __typename }')).rejects.toThrow();
  await toy.stop();
});

test('readiness fails from the start of stop on, and stop called twice is one stop', async () => {
  const gate = Promise.withResolvers<Record<string, string | null>>();
  let asked = 0;
  const readiness = () => {
    asked += 1;
    return gate.promise;
  };
  const toy = await startToy({ readiness });
  const answer = send(toy.gateway.url.replace('/graphql', '/health/ready'));
  await eventually(
    'the question',
    () => asked,
    (n) => n === 1,
  );
  const stopped = toy.gateway.stop();
  expect(toy.gateway.stop()).toBe(stopped);
  gate.resolve({ database: null });
  expect(await answer).toMatchObject({ status: 503, body: { status: 'draining', dependencies: { database: 'ok' } } });
  await stopped;
  await toy.stop();
});

test('a connection that was opened ahead of need does not hold up the stop', async () => {
  const toy = await startToy();
  const unused = connect(toy.gateway.port, '127.0.0.1');
  await once(unused, 'connect');
  await send(toy.gateway.url.replace('/graphql', '/health/live'));
  const closed = once(unused, 'close');
  await toy.gateway.stop();
  await closed;
  await toy.stop();
});

test('a WebSocket client comes back by itself after a restart on the same port, and misses nothing', async () => {
  const first = await startToy();
  const { port } = first.gateway;
  const client = overWs(first, ADDED);
  const lost = expect(client.next()).rejects.toMatchObject({ code: 1001 });
  await eventually(
    'the upstream',
    () => first.world.open,
    (n) => n === 1,
  );
  await first.stop();
  await lost;
  first.world.add('between');
  const second = await startToy({ port, world: first.world });
  const again = overWs(second, 'subscription { itemAdded(after: "c0") { item { name } } }');
  expect(await again.next()).toEqual({ data: { itemAdded: { item: { name: 'between' } } } });
  await again.end();
  await second.stop();
});
