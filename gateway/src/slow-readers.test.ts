import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { overSse, overWs, type Payload } from './testing/clients.ts';
import { eventually, startToy, type Toy } from './testing/toy-gateway.ts';

let toy: Toy;
afterEach(() => toy.stop());

/** 64 KiB an event, so that a few hundred fill every buffer between a subgraph and a client that does not read. */
const WORD = 'x'.repeat(64 * 1024);
const EVENTS = 300;
const QUERY = 'subscription { itemAdded(after: "c0") { at item { name price } } }';

const fill = () => {
  for (let i = 0; i < EVENTS; i += 1) toy.world.add(WORD);
};

/** Waits until a count has not grown for a while, and gives it. */
async function settled(read: () => number): Promise<number> {
  let [last, since] = [-1, 0];
  await eventually('a standstill', read, (n) => {
    since = n === last ? since + 1 : 0;
    last = n;
    return since > 60;
  });
  return last;
}

/** Every delivered event asks the other subgraph once. */
const delivered = () => toy.fetches.filter(({ subgraph }) => subgraph === 'owners').length;
const inOrder = Array.from({ length: EVENTS }, (_, i) => i + 1);

test('a client of server-sent events that does not read holds back its own events, and then gets all of them in order', async () => {
  toy = await startToy();
  fill();
  const socket = connect(toy.gateway.port, '127.0.0.1');
  const body = JSON.stringify({ query: QUERY });
  const head =
    'Host: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer reader\r\nContent-Type: application/json';
  socket.pause();
  socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  expect(await settled(delivered)).toBeLessThan(EVENTS / 2);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await eventually(
    'all events',
    () => delivered(),
    (n) => n === EVENTS,
  );
  await eventually(
    'the last',
    () => text,
    () => text.includes(`id: c${EVENTS}\n`),
  );
  expect(Array.from(text.matchAll(/^id: c(\d+)\nevent: next$/gm), ([, place]) => Number(place))).toEqual(inOrder);
  socket.destroy();
});

test('a WebSocket client that does not read holds back its own events, and then gets all of them in order', async () => {
  toy = await startToy();
  fill();
  const socket = new WebSocket(toy.gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init","payload":{"authorization":"Bearer reader"}}');
  await once(socket, 'message');
  const places: number[] = [];
  socket.on('message', (data) => places.push(JSON.parse(String(data)).payload.data.itemAdded.at));
  socket.pause();
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
  expect(await settled(delivered)).toBeLessThan(EVENTS / 2);
  socket.resume();
  await eventually(
    'all events',
    () => places.length,
    (n) => n === EVENTS,
  );
  expect(places).toEqual(inOrder);
  socket.terminate();
});

test('a WebSocket client that asks and does not read is cut off once 1 MiB of answers waits for it', async () => {
  toy = await startToy();
  const socket = new WebSocket(toy.gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init","payload":{"authorization":"Bearer reader"}}');
  await once(socket, 'message');
  socket.pause();
  const ping = JSON.stringify({ type: 'ping', payload: { word: WORD } });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  const flood = setInterval(() => {
    for (let i = 0; i < 20; i += 1) socket.send(ping);
  }, 1);
  await closed;
  clearInterval(flood);
  expect(socket.readyState).toBe(socket.CLOSED);
}, 20_000); // unanswered pings would cut it off after 24 s

test('a slow reader of a subgraph over HTTP loses its upstream once 64 events wait, and still gets all of them in order', async () => {
  toy = await startToy({ mode: 'over HTTP' });
  fill();
  const reader = await overSse(toy, QUERY);
  const places: number[] = [];
  while (places.length < EVENTS) {
    const { data }: Payload = await reader.next();
    places.push(data.itemAdded.at);
  }
  expect(places).toEqual(inOrder);
  const resumes = await toy.metrics.registry.getSingleMetricAsString('rae_gateway_subscription_resumes_total');
  expect(resumes).toMatch(/subgraph="items"\} [1-9]/);
  await reader.end();
});

test('a client that reads slowly does not slow down another', async () => {
  toy = await startToy();
  fill();
  const stuck = new WebSocket(toy.gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(stuck, 'open');
  stuck.send('{"type":"connection_init","payload":{"authorization":"Bearer reader"}}');
  await once(stuck, 'message');
  stuck.pause();
  stuck.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
  const reader = overWs(toy, QUERY);
  const places: number[] = [];
  while (places.length < EVENTS) places.push((await reader.next()).data.itemAdded.at);
  expect(places).toEqual(inOrder);
  stuck.terminate();
  await reader.end();
});
