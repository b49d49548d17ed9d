import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClientOptions, createClient, MemoryDocument, NetworkError, RaeError, RateLimitedError } from './index.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { errorOf, type FakeServer, sendJson, startFakeServer } from './testing/fake-server.ts';

const MEMORY = { id: 'm1', content: 'Tea.' };
const CREATED = { data: { createMemory: { memory: MEMORY, cursor: '1-1' } } };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let server: FakeServer;
let clock: FakeClock;
beforeAll(async () => {
  server = await startFakeServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  clock = createFakeClock();
});

const connect = (options: Partial<ClientOptions> = {}) =>
  createClient({ url: server.url, key: 'rae_key', clock, ...options });

const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

/** Fails the first `times` requests with the code, then answers. */
const failFirst = (times: number, code: string, answer: unknown, more: Record<string, unknown> = {}) =>
  server.answerWith((response, _, number) =>
    sendJson(response, number < times ? { errors: [errorOf(code, more)] } : answer),
  );

describe('a request', () => {
  test('carries the key, the operation and its variables, and asks for GraphQL’s own type', async () => {
    server.answerWith((response) => sendJson(response, { data: { memory: MEMORY } }));
    expect(await connect().memory('m1')).toEqual(MEMORY);
    const [{ headers, query, variables }] = server.requests as [FakeServer['requests'][0]];
    expect(headers).toMatchObject({
      authorization: 'Bearer rae_key',
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
    });
    expect(query).toBe(MemoryDocument.toString());
    expect(variables).toEqual({ id: 'm1' });
  });

  test('goes through the given fetch', async () => {
    const urls: string[] = [];
    const fetch = async (url: string) => {
      urls.push(url);
      return Response.json({ data: { memory: MEMORY } });
    };
    await connect({ url: 'http://rae.example/graphql', fetch }).memory('m1');
    expect(urls).toEqual(['http://rae.example/graphql']);
  });

  test('gives the whole data of a document or a text', async () => {
    server.answerWith((response) => sendJson(response, { data: { memory: MEMORY } }));
    const client = connect();
    const { memory } = await client.query(MemoryDocument, { id: 'm1' });
    expect(memory?.content).toBe('Tea.');
    expect(await client.query('{ memory(id: "m1") { id } }')).toEqual({ memory: MEMORY });
  });

  test.each([
    ['url', { url: 'not an address' }],
    ['key', { key: 'rae_secret\n' }],
    ['key', { key: '' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: 2 ** 31 }],
    ['retries', { retries: -1 }],
    ['retries', { retries: 1.5 }],
  ])('an option that cannot be is refused by its name, %s, without telling the key', (name, options) => {
    expect(() => connect(options)).toThrow(new RegExp(`^${name}: (?!.*secret)`));
    expect(() => connect(options)).toThrow(TypeError);
  });
});

describe('errors of an answer', () => {
  test('tell code, details, trace, path and status, and keep the data that came nevertheless', async () => {
    const more = { details: { field: 'id' }, traceId: 'abc', retryable: false };
    const errors = [{ ...errorOf('NOT_FOUND', more), path: ['memory', 'project', 0] }];
    server.answerWith((response) => sendJson(response, { data: { memory: MEMORY }, errors }));
    expect(await failureOf(connect().memory('m1'))).toMatchObject({
      name: 'NotFoundError',
      message: 'This is NOT_FOUND.',
      details: { field: 'id' },
      traceId: 'abc',
      path: ['memory', 'project', 0],
      data: { memory: MEMORY },
      status: 200,
    });
  });

  test('of a request that failed as a whole have its status and no data', async () => {
    server.answerWith((response) => sendJson(response, { errors: [errorOf('UNAUTHENTICATED')] }, 401));
    expect(await failureOf(connect().viewer())).toMatchObject({
      name: 'UnauthenticatedError',
      status: 401,
      data: null,
    });
  });

  test('null for a root field without a word is an error, not a null', async () => {
    server.answerWith((response) => sendJson(response, { data: { viewer: null } }));
    expect(await failureOf(connect().viewer())).toMatchObject({ name: 'RaeError', code: 'INTERNAL' });
  });

  test.each([
    ['a page with 200', 200, '<html>', false],
    ['a page with 404', 404, '<html>', false],
    ['a page with 502', 502, '<html>', true],
    ['a page with 429', 429, 'slow down', true],
    ['JSON that is no answer', 200, '{"status":"ok"}', false],
    ['an answer of nothing', 200, '{"data":null}', false],
    ['a list', 200, '[]', false],
  ])('%s is a NetworkError with the status, retryable or not', async (_, status, text, retryable) => {
    server.answerWith((response) => response.writeHead(status).end(text));
    const error = await failureOf(connect({ retries: 0 }).viewer());
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ status, retryable });
  });
});

describe('sending again', () => {
  test('a query that fails with a retryable code is sent up to 3 times more', async () => {
    failFirst(3, 'DEPENDENCY_UNAVAILABLE', { data: { memory: MEMORY } });
    expect(await connect().memory('m1')).toEqual(MEMORY);
    expect(server.requests).toHaveLength(4);
    failFirst(4, 'DEPENDENCY_UNAVAILABLE', { data: { memory: MEMORY } });
    expect(await failureOf(connect().memory('m1'))).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(server.requests).toHaveLength(4);
  });

  test('the waits are a random part of 0.2 s, doubled each time up to 10 s', async () => {
    failFirst(8, 'TIMEOUT', { data: { memory: MEMORY } });
    await connect({ retries: 8 }).memory('m1');
    expect(clock.sleeps).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    clock.setRandom(0);
    failFirst(1, 'TIMEOUT', { data: { memory: MEMORY } });
    await connect().memory('m1');
    expect(clock.sleeps.at(-1)).toBe(0);
  });

  test.each([
    ['5', 5_000],
    ['0', 0],
    ['Sat, 21 Nov 2026 12:00:07 GMT', 7_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['soon', 0],
  ])('Retry-After: %s is waited for, and then a random part as always', async (header, askedMs) => {
    server.answerWith((response, _, number) =>
      number === 0
        ? sendJson(response, { errors: [errorOf('RATE_LIMITED')] }, 429, { 'retry-after': header })
        : sendJson(response, { data: { memory: MEMORY } }),
    );
    await connect().memory('m1');
    expect(clock.sleeps).toEqual([askedMs + 100]);
  });

  test('details.resetsAt is waited for as well', async () => {
    const details = { resetsAt: '2026-11-21T12:00:03.000Z' };
    failFirst(1, 'RATE_LIMITED', { data: { memory: MEMORY } }, { details });
    await connect().memory('m1');
    expect(clock.sleeps).toEqual([3_100]);
  });

  test('who is asked to wait for more than 60 s gets the error at once, with the time', async () => {
    const details = { resetsAt: '2026-11-22T00:00:00.000Z' };
    failFirst(1, 'RATE_LIMITED', { data: { memory: MEMORY } }, { details });
    const error = await failureOf(connect().memory('m1'));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAfterMs: 43_200_000 });
    expect(server.requests).toHaveLength(1);
  });

  test('an error that is not retryable is thrown at once', async () => {
    failFirst(1, 'BAD_USER_INPUT', { data: { memory: MEMORY } });
    expect(await failureOf(connect().memory('m1'))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(server.requests).toHaveLength(1);
  });

  test('a connection that is cut, also in the middle of an answer, is a failure that is mended', async () => {
    server.answerWith((response, _, number) => {
      if (number === 0) return response.destroy();
      if (number > 1) return sendJson(response, { data: { memory: MEMORY } });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      return response.write('{"data":', () => response.destroy());
    });
    expect(await connect().memory('m1')).toEqual(MEMORY);
    expect(server.requests).toHaveLength(3);
  });

  test('nobody at the address is a NetworkError that says so, after 3 more attempts', async () => {
    const gone = await startFakeServer();
    await gone.stop();
    const error = await failureOf(connect({ url: gone.url }).viewer());
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ message: expect.stringContaining('ECONNREFUSED'), status: null });
    expect(clock.sleeps).toHaveLength(3);
  });
});

describe('mutations', () => {
  test('that take an idempotencyKey get one, the same for each attempt, and another for each call', async () => {
    failFirst(2, 'DEPENDENCY_UNAVAILABLE', CREATED);
    const client = connect();
    expect(await client.createMemory({ content: 'Tea.' })).toEqual(CREATED.data.createMemory);
    const inputs = server.requests.map(({ variables }) => variables.input as Record<string, unknown>);
    expect(inputs).toHaveLength(3);
    expect(inputs[0]).toEqual({ content: 'Tea.', idempotencyKey: expect.stringMatching(UUID) });
    expect(new Set(inputs.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    await client.createMemory({ content: 'Tea.' });
    expect(server.requests[3]?.variables.input).not.toEqual(inputs[0]);
  });

  test('are sent again after a cut connection, when nobody knows whether they were done', async () => {
    server.answerWith((response, _, number) => (number === 0 ? response.destroy() : sendJson(response, CREATED)));
    await connect().createMemory({ content: 'Tea.' });
    expect(server.requests).toHaveLength(2);
    expect(server.requests[0]?.variables).toEqual(server.requests[1]?.variables);
  });

  test('keep the key that the caller gave, and the caller’s input stays as it was', async () => {
    failFirst(1, 'TIMEOUT', CREATED);
    const input = Object.freeze({ content: 'Tea.', idempotencyKey: 'mine' });
    await connect().createMemory(input);
    expect(server.requests.map(({ variables }) => variables)).toEqual([{ input }, { input }]);
  });

  test('with a key beside their input get it there', async () => {
    server.answerWith((response) => sendJson(response, { data: { createMemories: { results: [] } } }));
    await connect().createMemories({ inputs: [{ content: 'Tea.' }] });
    expect(server.requests[0]?.variables).toEqual({
      inputs: [{ content: 'Tea.' }],
      idempotencyKey: expect.stringMatching(UUID),
    });
  });

  test.each(['archiveMemory', 'restoreMemory', 'deleteMemory', 'revokeApiKey'] as const)(
    '%s takes no idempotencyKey and is sent once',
    async (name) => {
      failFirst(1, 'DEPENDENCY_UNAVAILABLE', {});
      const client = connect();
      const work = name === 'archiveMemory' ? client[name]({ id: 'm1' }) : client[name]('m1');
      expect(await failureOf(work)).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
      expect(server.requests.map(({ variables }) => variables)).toEqual([{ id: 'm1' }]);
    },
  );

  test('as a text are sent again only with a key of the caller', async () => {
    const text = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { cursor } }';
    failFirst(1, 'TIMEOUT', CREATED);
    expect(await failureOf(connect().query(text, { input: { content: 'Tea.' } }))).toMatchObject({ code: 'TIMEOUT' });
    failFirst(1, 'TIMEOUT', CREATED);
    expect(await connect().query(text, { input: { idempotencyKey: 'mine' } })).toEqual(CREATED.data);
    failFirst(1, 'TIMEOUT', CREATED);
    expect(await connect().query(`# first\n${text}`, { idempotencyKey: 'mine' })).toEqual(CREATED.data);
  });
});

describe('time and abort', () => {
  test('an attempt without an answer within timeoutMs is a NetworkError and is made again', async () => {
    server.answerWith(async (response, _, number) => {
      if (number > 0) return sendJson(response, { data: { memory: MEMORY } });
      await clock.deadline(20_000);
      clock.expire();
    });
    expect(await connect({ timeoutMs: 20_000 }).memory('m1')).toEqual(MEMORY);
    expect(server.requests).toHaveLength(2);
  });

  test('the time counts until the last byte of the answer', async () => {
    server.answerWith(async (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"data":');
      await clock.deadline(30_000);
      clock.expire();
    });
    expect(await failureOf(connect({ retries: 0 }).memory('m1'))).toMatchObject({
      name: 'NetworkError',
      message: 'The server sent nothing within 30000 ms.',
    });
  });

  test('a request that is over leaves no timer behind', async () => {
    failFirst(1, 'TIMEOUT', { data: { memory: MEMORY } });
    await connect().memory('m1');
    expect(clock.pending()).toBe(0);
  });

  test('an abort before the request sends nothing, and rejects with its reason', async () => {
    server.answerWith((response) => sendJson(response, CREATED));
    const reason = new Error('changed my mind');
    expect(await failureOf(connect().memory('m1', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  test('an abort during the request ends it, closes its connection and does not send it again', async () => {
    const reason = new Error('changed my mind');
    const aborting = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server.answerWith((response) => {
        response.on('close', resolve);
        aborting.abort(reason);
      });
    });
    expect(await failureOf(connect().memory('m1', { signal: aborting.signal }))).toBe(reason);
    await closed;
    expect(server.requests).toHaveLength(1);
  });

  test('an abort while it waits to send again ends the waiting', async () => {
    failFirst(9, 'RATE_LIMITED', {}, { details: { resetsAt: '2026-11-21T12:00:30.000Z' } });
    const aborting = new AbortController();
    const work = connect().memory('m1', { signal: aborting.signal });
    await clock.deadline(30_100);
    aborting.abort();
    expect(await failureOf(work)).toMatchObject({ name: 'AbortError' });
    expect(server.requests).toHaveLength(1);
  });

  test('errors of the client tell no key', async () => {
    server.answerWith((response) => response.destroy());
    const error = await failureOf(connect({ retries: 0 }).viewer());
    expect(error).toBeInstanceOf(RaeError);
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain('rae_key');
  });
});
