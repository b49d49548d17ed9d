import { describe, expect, test } from '@jest/globals';
import { NetworkError, RateLimitedError } from './index.ts';
import { errorOf, failRequests, sendJson, startFakeServer } from './testing/fake-server.ts';
import { failureOf, setUp } from './testing/set-up.ts';

const MEMORY = { id: 'm1', content: 'Tea.' };
const CREATED = { data: { createMemory: { memory: MEMORY, cursor: '1-1' } } };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const { server, clock, connect } = setUp();

const failFirst = (times: number, code: string, answer: unknown, more: Record<string, unknown> = {}) =>
  failRequests(server(), times, errorOf(code, more), answer);

describe('sending again', () => {
  test('a query that fails with a retryable code is sent up to 3 times more', async () => {
    failFirst(3, 'DEPENDENCY_UNAVAILABLE', { data: { memory: MEMORY } });
    expect(await connect().memory({ id: 'm1' })).toEqual(MEMORY);
    expect(server().requests).toHaveLength(4);
    failFirst(4, 'DEPENDENCY_UNAVAILABLE', { data: { memory: MEMORY } });
    expect(await failureOf(connect().memory({ id: 'm1' }))).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(server().requests).toHaveLength(4);
  });

  test('the waits are a random part of 0.2 s, doubled each time up to 10 s', async () => {
    failFirst(8, 'TIMEOUT', { data: { memory: MEMORY } });
    await connect({ retries: 8 }).memory({ id: 'm1' });
    expect(clock().sleeps).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    clock().setRandom(0);
    failFirst(1, 'TIMEOUT', { data: { memory: MEMORY } });
    await connect().memory({ id: 'm1' });
    expect(clock().sleeps.at(-1)).toBe(0);
  });

  test.each([
    ['5', 5_000],
    ['0', 0],
    ['Sat, 21 Nov 2026 12:00:07 GMT', 7_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['soon', 0],
  ])('Retry-After: %s is waited for, and then a random part as always', async (header, askedMs) => {
    server().answerWith((response, _, number) =>
      number === 0
        ? sendJson(response, { errors: [errorOf('RATE_LIMITED')] }, 429, { 'retry-after': header })
        : sendJson(response, { data: { memory: MEMORY } }),
    );
    await connect().memory({ id: 'm1' });
    expect(clock().sleeps).toEqual([askedMs + 100]);
  });

  test('details.resetsAt is waited for as well', async () => {
    const details = { resetsAt: '2026-11-21T12:00:03.000Z' };
    failFirst(1, 'RATE_LIMITED', { data: { memory: MEMORY } }, { details });
    await connect().memory({ id: 'm1' });
    expect(clock().sleeps).toEqual([3_100]);
  });

  test('who is asked to wait for more than 60 s gets the error at once, with the time', async () => {
    const details = { resetsAt: '2026-11-22T00:00:00.000Z' };
    failFirst(1, 'RATE_LIMITED', { data: { memory: MEMORY } }, { details });
    const error = await failureOf(connect().memory({ id: 'm1' }));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAfterMs: 43_200_000 });
    expect(server().requests).toHaveLength(1);
  });

  test('an error that is not retryable is thrown at once', async () => {
    failFirst(1, 'BAD_USER_INPUT', { data: { memory: MEMORY } });
    expect(await failureOf(connect().memory({ id: 'm1' }))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(server().requests).toHaveLength(1);
  });

  test('a connection that is cut, also in the middle of an answer, is a failure that is mended', async () => {
    server().answerWith((response, _, number) => {
      if (number === 0) return response.destroy();
      if (number > 1) return sendJson(response, { data: { memory: MEMORY } });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      return response.write('{"data":', () => response.destroy());
    });
    expect(await connect().memory({ id: 'm1' })).toEqual(MEMORY);
    expect(server().requests).toHaveLength(3);
  });

  test('nobody at the address is a NetworkError that says so, after 3 more attempts', async () => {
    const gone = await startFakeServer();
    await gone.stop();
    const error = await failureOf(connect({ url: gone.url }).viewer());
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ message: expect.stringContaining('ECONNREFUSED'), status: null });
    expect(clock().sleeps).toHaveLength(3);
  });
});

describe('mutations', () => {
  test('that take an idempotencyKey get one, the same for each attempt, and another for each call', async () => {
    failFirst(2, 'DEPENDENCY_UNAVAILABLE', CREATED);
    const client = connect();
    expect(await client.createMemory({ content: 'Tea.' })).toEqual(CREATED.data.createMemory);
    const inputs = server().requests.map(({ variables }) => variables.input as Record<string, unknown>);
    expect(inputs).toHaveLength(3);
    expect(inputs[0]).toEqual({ content: 'Tea.', idempotencyKey: expect.stringMatching(UUID) });
    expect(new Set(inputs.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    await client.createMemory({ content: 'Tea.' });
    expect(server().requests[3]?.variables.input).not.toEqual(inputs[0]);
  });

  test('are sent again after a cut connection, when nobody knows whether they were done', async () => {
    server().answerWith((response, _, number) => (number === 0 ? response.destroy() : sendJson(response, CREATED)));
    await connect().createMemory({ content: 'Tea.' });
    expect(server().requests).toHaveLength(2);
    expect(server().requests[0]?.variables).toEqual(server().requests[1]?.variables);
  });

  test('keep the key that the caller gave, and the caller’s input stays as it was', async () => {
    failFirst(1, 'TIMEOUT', CREATED);
    const input = Object.freeze({ content: 'Tea.', idempotencyKey: 'mine' });
    await connect().createMemory(input);
    expect(server().requests.map(({ variables }) => variables)).toEqual([{ input }, { input }]);
  });

  test('with a key beside their input get it there', async () => {
    server().answerWith((response) => sendJson(response, { data: { createMemories: { results: [] } } }));
    await connect().createMemories({ inputs: [{ content: 'Tea.' }] });
    expect(server().requests[0]?.variables).toEqual({
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
      expect(server().requests.map(({ variables }) => variables)).toEqual([{ id: 'm1' }]);
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
