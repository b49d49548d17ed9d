import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createInProcessCallCounter } from '@rae/events';
import { type CallCounter, type CallWindow, NO_CAUSE, systemClock } from '@rae/kernel';
import { overWs, post, send, wsClient } from './testing/clients.ts';
import { callerOf, startToy, type Toy } from './testing/toy-gateway.ts';

const MINUTE: CallWindow = { limit: 10, windowMs: 60_000 };
const QUERY = '{ items { id } }';

let windows: Map<string, CallWindow>;
let counter: CallCounter;
let toy: Toy;

beforeAll(async () => {
  toy = await startToy({
    rateLimits: {
      windowsOf: async () => windows,
      take: ({ actor }, asks) => counter.take(asks.map((ask) => ({ ...ask, name: `${actor}/${ask.name}` }))),
    },
  });
});
beforeEach(() => {
  windows = new Map([['items', MINUTE]]);
  counter = createInProcessCallCounter(systemClock);
});
afterAll(() => toy.stop());

const ask = (query = QUERY, key = 'reader') => post(toy, query, {}, { key });
const overSse = (query: string) =>
  send(toy.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: 'Bearer reader' },
    body: JSON.stringify({ query }),
  });
const spend = async (calls: number) => void (await counter.take([{ name: 'key:reader/items', window: MINUTE, calls }]));

test('of 100 parallel requests under a limit of 10 exactly 10 are answered, and 90 are 429 RATE_LIMITED', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask()));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(90);
  for (const { body } of refused)
    expect(body.errors[0].extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      details: { operation: 'items', limit: 10, remaining: 0, resetsAt: expect.any(String) },
    });
});

test('an answer says limit, what remains and when it resets; a refusal says when to come back', async () => {
  const { headers } = await ask();
  expect(headers.get('x-ratelimit-limit')).toBe('10');
  expect(headers.get('x-ratelimit-remaining')).toBe('9');
  expect(headers.get('retry-after')).toBeNull();
  const resets = Number(headers.get('x-ratelimit-reset')) * 1000;
  expect(Math.abs(resets - Date.now() - 60_000)).toBeLessThan(30_000);
  await spend(9);
  const refused = await ask();
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('each alias is a call, the same name twice is one, and what @skip leaves out is none', async () => {
  const { headers } = await ask(
    '{ a: items { id } b: items { id } items { id } ...F c: items @skip(if: true) { id } } fragment F on Query { items { id } }',
  );
  expect(headers.get('x-ratelimit-remaining')).toBe('7');
});

test('11 aliases under a limit of 10 are refused for good and count nothing', async () => {
  const aliases = Array.from({ length: 11 }, (_, n) => `a${n}: items { id }`).join(' ');
  const { status, body } = await ask(`{ ${aliases} }`);
  expect(status).toBe(429);
  expect(body.errors[0].extensions).toMatchObject({ retryable: false, details: { remaining: 10 } });
  expect((await ask()).headers.get('x-ratelimit-remaining')).toBe('9');
});

test('a request that is refused for one field takes no call of its other fields', async () => {
  windows.set('secretItems', { limit: 1, windowMs: 60_000 });
  const BOTH = '{ items { id } secretItems { id } }';
  const ofAdmin = (query: string) => ask(query, 'admin');
  expect((await ofAdmin(BOTH)).status).toBe(200);
  const { status, body } = await ofAdmin(BOTH);
  expect([status, body.errors[0].extensions.details.operation]).toEqual([429, 'secretItems']);
  expect((await ofAdmin(QUERY)).headers.get('x-ratelimit-remaining')).toBe('8');
});

test('another key has calls of its own', async () => {
  await spend(10);
  expect((await ask()).status).toBe(429);
  expect((await ask(QUERY, 'agent')).status).toBe(200);
});

test('what is refused for its role or its form is not counted', async () => {
  windows.set('secretItems', MINUTE);
  expect((await ask('{ items { nothing } }')).body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  expect((await ask('{ items { id } secretItems { id } }')).body.errors[0].extensions.code).toBe('FORBIDDEN');
  expect((await ask()).headers.get('x-ratelimit-remaining')).toBe('9');
});

test('without a limit there are no headers', async () => {
  windows.clear();
  expect((await ask()).headers.get('x-ratelimit-limit')).toBeNull();
});

test('over server-sent events the last call is answered with headers and the next is a 429 before any stream', async () => {
  await spend(9);
  const last = await overSse(QUERY);
  expect([last.status, last.headers.get('x-ratelimit-remaining')]).toEqual([200, '0']);
  const refused = await overSse(QUERY);
  expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([429, 'RATE_LIMITED']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('over WebSocket the last query is answered and the next is an error, and the socket stays open', async () => {
  await spend(9);
  const client = wsClient(toy);
  const first = await client.iterate({ query: QUERY }).next();
  expect(first.value?.errors).toBeUndefined();
  await expect(client.iterate({ query: QUERY }).next()).rejects.toMatchObject([
    { extensions: { code: 'RATE_LIMITED', details: { operation: 'items' } } },
  ]);
  expect((await client.iterate({ query: '{ __typename }' }).next()).value?.data).toEqual({ __typename: 'Query' });
  await client.dispose();
});

test('opening a subscription is one call', async () => {
  windows.set('pulse', { limit: 1, windowMs: 60_000 });
  const SUBSCRIBE = 'subscription { pulse }';
  const one = overWs(toy, SUBSCRIBE);
  const opened = one.next();
  await expect(
    overWs(toy, SUBSCRIBE)
      .next()
      .then(() => 'opened'),
  ).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  await one.end();
  await opened;
});

test('what the installation asks itself is not counted', async () => {
  await spend(10);
  const scope = { caller: callerOf('key:reader', ['READER']), cause: NO_CAUSE, traceparent: null, signal: null };
  expect((await toy.gateway.execute({ query: QUERY }, scope)).errors).toBeUndefined();
});
