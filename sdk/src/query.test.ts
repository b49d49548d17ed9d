import { describe, expect, test } from '@jest/globals';
import { MemoryDocument, NetworkError, RaeError } from './index.ts';
import { errorOf, type FakeServer, failRequests, sendJson } from './testing/fake-server.ts';
import { failureOf, setUp } from './testing/set-up.ts';

const MEMORY = { id: 'm1', content: 'Tea.' };

const { server, clock, connect } = setUp();

const failFirst = (times: number, code: string, answer: unknown, more: Record<string, unknown> = {}) =>
  failRequests(server(), times, errorOf(code, more), answer);

describe('a request', () => {
  test('carries the key, the operation and its variables, and asks for GraphQL’s own type', async () => {
    server().answerWith((response) => sendJson(response, { data: { memory: MEMORY } }));
    expect(await connect().memory({ id: 'm1' })).toEqual(MEMORY);
    const [{ headers, query, variables }] = server().requests as [FakeServer['requests'][0]];
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
    await connect({ url: 'http://rae.example/graphql', fetch }).memory({ id: 'm1' });
    expect(urls).toEqual(['http://rae.example/graphql']);
  });

  test('gives the whole data of a document or a text', async () => {
    server().answerWith((response) => sendJson(response, { data: { memory: MEMORY } }));
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
    server().answerWith((response) => sendJson(response, { data: { memory: MEMORY }, errors }));
    expect(await failureOf(connect().memory({ id: 'm1' }))).toMatchObject({
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
    server().answerWith((response) => sendJson(response, { errors: [errorOf('UNAUTHENTICATED')] }, 401));
    expect(await failureOf(connect().viewer())).toMatchObject({
      name: 'UnauthenticatedError',
      status: 401,
      data: null,
    });
  });

  test('null for a root field without a word is an error, not a null', async () => {
    server().answerWith((response) => sendJson(response, { data: { viewer: null } }));
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
    server().answerWith((response) => response.writeHead(status).end(text));
    const error = await failureOf(connect({ retries: 0 }).viewer());
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ status, retryable });
  });
});

describe('time and abort', () => {
  test('an attempt without an answer within timeoutMs is a NetworkError and is made again', async () => {
    server().answerWith(async (response, _, number) => {
      if (number > 0) return sendJson(response, { data: { memory: MEMORY } });
      await clock().deadline(20_000);
      clock().expire();
    });
    expect(await connect({ timeoutMs: 20_000 }).memory({ id: 'm1' })).toEqual(MEMORY);
    expect(server().requests).toHaveLength(2);
  });

  test('the time counts until the last byte of the answer', async () => {
    server().answerWith(async (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"data":');
      await clock().deadline(30_000);
      clock().expire();
    });
    expect(await failureOf(connect({ retries: 0 }).memory({ id: 'm1' }))).toMatchObject({
      name: 'NetworkError',
      message: 'The server sent nothing within 30000 ms.',
    });
  });

  test('a request that is over leaves no timer behind', async () => {
    failFirst(1, 'TIMEOUT', { data: { memory: MEMORY } });
    await connect().memory({ id: 'm1' });
    expect(clock().pending()).toBe(0);
  });

  test('an abort before the request sends nothing, and rejects with its reason', async () => {
    server().answerWith((response) => sendJson(response, { data: { memory: MEMORY } }));
    const reason = new Error('changed my mind');
    expect(await failureOf(connect().memory({ id: 'm1' }, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server().requests).toHaveLength(0);
  });

  test('an abort during the request ends it, closes its connection and does not send it again', async () => {
    const reason = new Error('changed my mind');
    const aborting = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server().answerWith((response) => {
        response.on('close', resolve);
        aborting.abort(reason);
      });
    });
    expect(await failureOf(connect().memory({ id: 'm1' }, { signal: aborting.signal }))).toBe(reason);
    await closed;
    expect(server().requests).toHaveLength(1);
  });

  test('an abort while it waits to send again ends the waiting', async () => {
    failFirst(9, 'RATE_LIMITED', {}, { details: { resetsAt: '2026-11-21T12:00:30.000Z' } });
    const aborting = new AbortController();
    const work = connect().memory({ id: 'm1' }, { signal: aborting.signal });
    await clock().deadline(30_100);
    aborting.abort();
    expect(await failureOf(work)).toMatchObject({ name: 'AbortError' });
    expect(server().requests).toHaveLength(1);
  });

  test('errors of the client tell no key', async () => {
    server().answerWith((response) => response.destroy());
    const error = await failureOf(connect({ retries: 0 }).viewer());
    expect(error).toBeInstanceOf(RaeError);
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain('rae_key');
  });
});
