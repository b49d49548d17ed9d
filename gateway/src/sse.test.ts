import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSse, send } from './testing/clients.ts';
import { eventually, startToy, type Toy } from './testing/toy-gateway.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await startToy();
});
afterAll(() => toy.stop());

const HEADERS = { accept: 'text/event-stream', authorization: 'Bearer agent', 'content-type': 'application/json' };
const COMPLETE = { event: 'complete', id: null, data: '' };
const body = (query: string, variables = {}) => JSON.stringify({ query, variables });
const streamOf = (query: string, variables = {}, headers = {}) =>
  openSse(toy.gateway.url, { method: 'POST', headers: { ...HEADERS, ...headers }, body: body(query, variables) });
const refusalOf = (init: RequestInit, search = '') =>
  send(`${toy.gateway.url}${search}`, { method: 'POST', ...init, headers: { ...HEADERS, ...init.headers } });

test('a stream starts at once, in UTF-8 and unbuffered, and gives each event its cursor as id', async () => {
  const stream = await streamOf('subscription { itemAdded { item { name } } }');
  expect(stream.response.status).toBe(200);
  expect(Object.fromEntries(stream.response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const next = stream.next();
  await eventually(
    'the upstream',
    () => toy.world.open,
    (n) => n === 1,
  );
  toy.world.add('ä\n\n1');
  const data = { data: { itemAdded: { item: { name: 'ä\n\n1' } } } };
  expect(await next).toEqual({ event: 'next', id: `c${toy.world.log.length}`, data });
  await stream.end();
  await eventually(
    'its end',
    () => toy.world.open,
    (n) => n === 0,
  );
});

test('Last-Event-ID resumes after that event, before what the operation says', async () => {
  const from = toy.world.log.length;
  for (const name of ['a', 'b', 'c']) toy.world.add(name);
  const query = 'subscription { itemAdded(after: "c0") { cursor } }';
  const stream = await streamOf(query, {}, { 'last-event-id': `c${from + 2}` });
  expect(await stream.next()).toMatchObject({ id: `c${from + 3}` });
  await stream.end();
});

test('a subscription that ends is completed, and the connection closed', async () => {
  const stream = await streamOf('subscription ($n: Int!) { countdown(from: $n) }', { n: 1 });
  expect(await stream.next()).toEqual({ event: 'next', id: null, data: { data: { countdown: 1 } } });
  expect(await stream.next()).toEqual(COMPLETE);
  expect(await stream.next()).toBe('ended');
});

test('a query and a mutation are one next and complete', async () => {
  const query = await streamOf('{ __typename }');
  expect([await query.next(), await query.next()]).toEqual([
    { event: 'next', id: null, data: { data: { __typename: 'Query' } } },
    COMPLETE,
  ]);
  const mutation = await streamOf('mutation { addItem(name: "m") { name } }');
  expect(await mutation.next()).toMatchObject({ data: { data: { addItem: { name: 'm' } } } });
});

test('a GET subscribes with query and variables in the address, and does not mutate', async () => {
  const { 'content-type': _, ...headers } = HEADERS;
  const search = (query: string, variables = {}) =>
    `?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify(variables))}`;
  const query = 'subscription ($n: Int!) { countdown(from: $n) }';
  const stream = await openSse(`${toy.gateway.url}${search(query, { n: 2 })}`, { headers });
  expect(await stream.next()).toMatchObject({ data: { data: { countdown: 2 } } });
  await stream.end();
  const answer = await send(`${toy.gateway.url}${search('mutation { addItem(name: "m") { name } }')}`, { headers });
  expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  const broken = await send(`${toy.gateway.url}?query={a}&variables={`, { headers });
  expect([broken.status, broken.body.errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
});

test.each([
  ['no key', { headers: { authorization: '' }, body: body('{ __typename }') }, 401, 'UNAUTHENTICATED'],
  ['a syntax error', { body: body('{') }, 400, 'BAD_USER_INPUT'],
  ['an unknown field', { body: body('subscription { nothing }') }, 400, 'BAD_USER_INPUT'],
  ['a field beyond the role', { body: body('subscription { forever { cursor } }') }, 403, 'FORBIDDEN'],
  ['a depth of 13', { body: body(`${'{a'.repeat(13)}${'}'.repeat(13)}`) }, 400, 'QUERY_TOO_COMPLEX'],
  ['no query', { body: '{}' }, 400, 'BAD_USER_INPUT'],
  ['variables that are a list', { body: '{"query":"{ __typename }","variables":[]}' }, 400, 'BAD_USER_INPUT'],
  ['malformed JSON', { body: '{' }, 400, 'BAD_USER_INPUT'],
])('%s is a JSON answer with the status of its code instead of a stream', async (_, init, status, code) => {
  const answer = await refusalOf(init);
  expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toContain('application/json');
});
