import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_CAUSE } from '@rae/kernel';
import type { RequestScope } from '../scope.ts';
import { readAll } from '../testing/clients.ts';
import {
  callerOf,
  createTestLogger,
  createToyTransport,
  eventually,
  TOY_MODES,
  type ToyTransport,
} from '../testing/toy-gateway.ts';
import { createToyWorld, type ToyWorld } from '../testing/toy-world.ts';
import type { TransportResult } from '../transport.ts';

const TRACEPARENT = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
const SUBSCRIPTION = 'subscription($after: String) { itemAdded(after: $after) { cursor item { name } } }';

const scope = (signal: AbortSignal | null = null): RequestScope => ({
  caller: callerOf('key:k', ['READER']),
  cause: NO_CAUSE,
  traceparent: TRACEPARENT,
  signal,
});

describe.each(TOY_MODES)('a subgraph transport %s', (mode) => {
  let world: ToyWorld;
  let toy: ToyTransport;
  beforeEach(async () => {
    world = createToyWorld();
    toy = await createToyTransport(mode, 'items', world, createTestLogger());
  });
  afterEach(() => toy.stop());

  const run = (query: string, variables = {}, signal: AbortSignal | null = null) =>
    toy.transport.execute({ query, variables }, scope(signal));

  /** A subscription that is being read; `next` waits for the next event. */
  function open(variables = {}, signal: AbortSignal | null = null) {
    const events = toy.transport.subscribe({ query: SUBSCRIPTION, variables }, scope(signal))[Symbol.asyncIterator]();
    return {
      events,
      async next(): Promise<TransportResult | 'ended'> {
        const step = await events.next();
        if (step.done) return 'ended';
        return step.value.data === undefined && !step.value.errors ? this.next() : step.value;
      },
    };
  }

  const opened = (n: number) =>
    eventually(
      'the upstream',
      () => world.open,
      (count) => count === n,
    );
  const named = (name: string, place: number) => ({
    data: { itemAdded: { cursor: `c${place}`, item: { name } } },
  });

  test('answers a query with variables and an operation name', async () => {
    world.add('one');
    const query = 'query A { items { id } } query B($id: ID!) { item(id: $id) { name } }';
    const request = { query, variables: { id: 'i1' }, operationName: 'B' };
    const { data } = await toy.transport.execute(request, scope());
    expect(JSON.parse(JSON.stringify(data))).toEqual({ item: { name: 'one' } });
  });

  test("asks on the caller's behalf, in its trace, with a context of its own for each fetch", async () => {
    const { data } = await run('{ whoami }');
    await run('{ whoami }');
    expect(data?.whoami).toEqual({ actor: 'key:k', traceparent: TRACEPARENT });
    expect(new Set(world.contexts).size).toBe(2);
  });

  test('keeps code, path, retryable, details and the data beside an error', async () => {
    world.add('one');
    const { data, errors } = await run('{ items { id fails } }');
    expect(JSON.parse(JSON.stringify(data))).toEqual({ items: [{ id: 'i1', fails: null }] });
    expect(errors).toEqual([
      {
        message: 'Refused with CONFLICT.',
        locations: expect.anything(),
        path: ['items', 0, 'fails'],
        extensions: { code: 'CONFLICT', retryable: false, details: { because: 'asked for' }, traceId: null },
      },
    ]);
  });

  test('answers a query that the subgraph finds invalid with its error, not by throwing', async () => {
    const { data, errors } = await run('{ nothing }');
    expect(data).toBeUndefined();
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  test('waits no longer for an answer when the client is gone', async () => {
    const client = new AbortController();
    const answer = run('{ slow(ms: 60000) }', {}, client.signal);
    await eventually(
      'the fetch',
      () => toy.started(),
      (n) => n > 0,
    );
    client.abort();
    await answer;
  });

  test('yields every event after the cursor and then those that happen', async () => {
    world.add('one');
    world.add('two');
    const stream = open({ after: 'c1' });
    expect(await stream.next()).toEqual(named('two', 2));
    const third = stream.next();
    world.add('three');
    expect(await third).toEqual(named('three', 3));
    await stream.events.return?.();
    await opened(0);
  });

  test('gives every event a context of its own', async () => {
    world.add('one');
    world.add('two');
    const stream = open({ after: 'c0' });
    await stream.next();
    await stream.next();
    expect(world.contexts.length).toBeGreaterThanOrEqual(3);
    expect(new Set(world.contexts).size).toBe(world.contexts.length);
    await stream.events.return?.();
  });

  test('says first where a subscription starts, and passes on the trace that an event was written in', async () => {
    world.add('one');
    const { events } = open();
    expect((await events.next()).value).toEqual({ extensions: { cursor: 'c1' } });
    const next = events.next();
    world.add('two', null, null, TRACEPARENT);
    expect((await next).value).toMatchObject({ extensions: { traceparent: TRACEPARENT } });
    await events.return?.();
  });

  test('an abort ends the subscription here and at the subgraph while it waits for an event', async () => {
    const client = new AbortController();
    const stream = open({}, client.signal);
    const next = stream.next();
    await opened(1);
    client.abort();
    expect(await next).toBe('ended');
    await opened(0);
  });

  test.each([
    ['CURSOR_EXPIRED', 'c1'],
    ['NOT_FOUND', 'nowhere'],
  ])('throws the refusal %s of a subscription with its details', async (code, after) => {
    world.oldest = 2;
    const error = await open({ after })
      .next()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ extensions: { code, retryable: false, details: { after } } });
  });

  test('ends with a subscription that completes', async () => {
    const results = await readAll(
      toy.transport.subscribe({ query: 'subscription { countdown(from: 3) }', variables: {} }, scope()),
    );
    expect(results.map(({ data }) => data?.countdown)).toEqual([3, 2, 1]);
  });

  test('holds two subscriptions of different callers apart', async () => {
    const [a, b] = [open(), open({ after: 'c0' })];
    const both = [a.next(), b.next()];
    await opened(2);
    world.add('one');
    expect(await Promise.all(both)).toEqual([named('one', 1), named('one', 1)]);
    await a.events.return?.();
    await opened(1);
    const next = b.next();
    world.add('two');
    expect(await next).toEqual(named('two', 2));
    await b.events.return?.();
  });

  test('close ends what is open with DEPENDENCY_UNAVAILABLE, fails the check, and may be called twice', async () => {
    await toy.transport.check();
    const ended = expect(open().next()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await opened(1);
    await toy.transport.close();
    await toy.transport.close();
    await ended;
    await expect(toy.transport.check()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  });
});
