import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClientOptions, createClient, MemoryCreatedDocument } from './index.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { errorOf, type FakeServer, openStream, sendJson, startFakeServer } from './testing/fake-server.ts';

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

const eventOf = (number: number) => ({
  data: { memoryCreated: { cursor: `c${number}`, memoryId: `m${number}`, memory: null } },
});
type Stream = ReturnType<typeof openStream>;
const send = (stream: Stream, ...numbers: number[]) => {
  for (const number of numbers) stream.next(eventOf(number), `c${number}`);
};

/** Each connection is served by the next of these; the last one serves all that follow. */
const serve = (...connections: ((stream: Stream) => unknown)[]) =>
  server.answerWith((response, _, number) =>
    connections[Math.min(number, connections.length - 1)]?.(openStream(response)),
  );

/** The ids of so many events. */
async function read(events: AsyncIterable<{ memoryId: string }>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { memoryId } of events) {
    ids.push(memoryId);
    if (ids.length === count) break;
  }
  return ids;
}

const failureOf = async (events: AsyncIterable<unknown>): Promise<unknown> => {
  try {
    for await (const _ of events);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

const asked = () => server.requests.map(({ variables }) => variables.after ?? null);

describe('a subscription', () => {
  test('asks for a stream with its variables, and gives its events in order', async () => {
    serve((stream) => send(stream, 1, 2, 3));
    expect(await read(connect().memoryCreated({ projectId: 'p', layers: ['EPISODIC'] }), 3)).toEqual([
      'm1',
      'm2',
      'm3',
    ]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      headers: { accept: 'text/event-stream', authorization: 'Bearer rae_key' },
      query: MemoryCreatedDocument.toString(),
    });
    expect(server.requests[0]?.variables).toEqual({ projectId: 'p', layers: ['EPISODIC'] });
  });

  test('opens its connection when it is first read', async () => {
    serve((stream) => send(stream, 1));
    const events = connect().memoryCreated();
    expect(server.requests).toHaveLength(0);
    expect((await events.next()).value?.memoryId).toBe('m1');
    await events.return?.();
  });

  test('gives an event as it is when a field of it failed', async () => {
    const errors = [errorOf('DEPENDENCY_UNAVAILABLE')];
    serve((stream) => stream.next({ ...eventOf(1), errors }, 'c1'));
    expect(await read(connect().memoryCreated(), 1)).toEqual(['m1']);
  });

  test('gives letters whole that came in two chunks', async () => {
    const content = 'zażółć 🦊';
    const event = JSON.stringify({ data: { memoryCreated: { memoryId: 'm1', memory: { content } } } });
    const bytes = new TextEncoder().encode(`event: next\ndata: ${event}\n\n`);
    const fetch = async () => {
      const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
      const body = new ReadableStream({ pull: (to) => to.enqueue(chunks.shift()) });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    };
    for await (const { memory } of connect({ fetch }).memoryCreated()) {
      expect(memory?.content).toBe(content);
      break;
    }
  });

  test('of a document gives what the document selects', async () => {
    serve((stream) => send(stream, 1));
    for await (const { memoryCreated } of connect().subscribe(MemoryCreatedDocument, { after: 'c0' })) {
      expect(memoryCreated.memoryId).toBe('m1');
      break;
    }
    expect(asked()).toEqual(['c0']);
  });

  test('of a text that could not be resumed is refused', () => {
    const text = 'subscription { memoryCreated { cursor } }';
    expect(() => connect().subscribe(text)).toThrow('hand it to the field (after: $after)');
  });
});

describe('a broken stream', () => {
  test.each<[string, (stream: Stream) => unknown]>([
    ['is cut', ({ cut }) => cut()],
    ['is completed by a server that stops', ({ complete }) => complete()],
    [
      'ends with an error of a server that stops',
      (stream) => {
        stream.next({ errors: [errorOf('DEPENDENCY_UNAVAILABLE', { retryable: true })] });
        stream.complete();
      },
    ],
  ])('that %s is opened again after the last event, without gap or repeat', async (_, end) => {
    const streams: Stream[] = [];
    server.answerWith((response, { variables }) => {
      const stream = openStream(response);
      const last = Number(String(variables.after ?? 'c0').slice(1));
      send(stream, last + 1, last + 2);
      streams.push(stream);
    });
    const ids: string[] = [];
    for await (const { memoryId } of connect().memoryCreated()) {
      ids.push(memoryId);
      if (ids.length === 6) break;
      const [stream] = ids.length % 2 === 0 ? streams.slice(-1) : [];
      if (stream) end(stream);
    }
    expect(ids).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    expect(asked()).toEqual([null, 'c2', 'c4']);
  });

  test('whose last event was cut in two gets that event whole from the next connection', async () => {
    const cuts: (() => void)[] = [];
    server.answerWith((response, _, number) => {
      const stream = openStream(response);
      send(stream, number + 1);
      response.write('id: c2\nevent: next\ndata: {"data":{"memoryCreated":');
      cuts.push(stream.cut);
    });
    const events = connect().memoryCreated();
    expect((await events.next()).value?.memoryId).toBe('m1');
    cuts[0]?.();
    expect((await events.next()).value?.memoryId).toBe('m2');
    await events.return?.();
    expect(asked()).toEqual([null, 'c1']);
  });

  test('that is cut anywhere, time and again, gives each of 300 events once and in order', async () => {
    let state = 1;
    const below = (limit: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % limit;
    };
    const numbers = Array.from({ length: 300 }, (_, index) => index + 1);
    const textOf = (number: number) => `id: c${number}\nevent: next\ndata: ${JSON.stringify(eventOf(number))}\n\n`;
    server.answerWith((response, { variables }) => {
      const after = String(variables.after ?? 'c0');
      openStream(response).start(after);
      const last = Number(after.slice(1));
      const text = numbers.slice(last).map(textOf).join('');
      response.write(text.slice(0, below(2_000)), () => response.destroy());
    });
    expect(await read(connect().memoryCreated(), 300)).toEqual(numbers.map((number) => `m${number}`));
    expect(server.requests.length).toBeGreaterThan(20);
  });

  test.each<[string, (stream: Stream) => unknown]>([
    ['an id alone', (stream) => stream.start('c0')],
    ['a result of nothing but extensions.cursor', (stream) => stream.next({ extensions: { cursor: 'c0' } })],
  ])('before the first event goes on from where it began, told by %s', async (_, start) => {
    serve(
      (stream) => {
        start(stream);
        stream.complete();
      },
      (stream) => send(stream, 1),
    );
    expect(await read(connect().memoryCreated(), 1)).toEqual(['m1']);
    expect(asked()).toEqual([null, 'c0']);
  });

  test('before the first event goes on from the `after` that it was given', async () => {
    serve(
      (stream) => stream.cut(),
      (stream) => send(stream, 6),
    );
    expect(await read(connect().memoryCreated({ after: 'c5' }), 1)).toEqual(['m6']);
    expect(asked()).toEqual(['c5', 'c5']);
  });

  test('is opened again, however often, with waits that grow to 10 s, and are short again after an event', async () => {
    const losses = Array.from({ length: 9 }, () => (stream: Stream) => stream.cut());
    serve(
      (stream) => {
        stream.start('c0');
        stream.complete();
      },
      ...losses,
      (stream) => {
        send(stream, 1);
        stream.complete();
      },
      (stream) => send(stream, 2),
    );
    expect(await read(connect().memoryCreated(), 2)).toEqual(['m1', 'm2']);
    expect(clock.sleeps).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 100]);
  });

  test('that lasted 10 s does not count as one more in a row', async () => {
    const lasting = (stream: Stream) => {
      stream.start('c0');
      clock.setNow(clock.now() + 10_000);
      stream.complete();
    };
    serve(lasting, lasting, lasting, (stream) => send(stream, 1));
    await read(connect().memoryCreated(), 1);
    expect(clock.sleeps).toEqual([100, 100, 100]);
  });

  test('that says nothing for 40 s, not even a comment, is given up and opened again', async () => {
    serve(
      async (stream) => {
        send(stream, 1);
        await clock.deadline(40_000);
        clock.expire();
      },
      (stream) => send(stream, 2),
    );
    const events = connect().memoryCreated();
    expect((await events.next()).value?.memoryId).toBe('m1');
    expect((await events.next()).value?.memoryId).toBe('m2');
    await events.return?.();
    expect(asked()).toEqual([null, 'c1']);
  });
});

describe('errors of a subscription', () => {
  test.each([
    ['UNAUTHENTICATED', 401, 'UnauthenticatedError'],
    ['QUERY_TOO_COMPLEX', 400, 'QueryTooComplexError'],
  ])('%s before the stream is thrown with its status', async (code, status, name) => {
    server.answerWith((response) => sendJson(response, { errors: [errorOf(code)] }, status));
    expect(await failureOf(connect().memoryCreated())).toMatchObject({ name, status });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['CURSOR_EXPIRED', 'CursorExpiredError'],
    ['UNAUTHENTICATED', 'UnauthenticatedError'],
  ])('%s in the stream is thrown after the events before it', async (code, name) => {
    serve((stream) => {
      send(stream, 1);
      stream.next({ errors: [errorOf(code)] });
      stream.complete();
    });
    const events = connect().memoryCreated();
    expect((await events.next()).value?.memoryId).toBe('m1');
    expect(await failureOf(events)).toMatchObject({ name });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(server.requests).toHaveLength(1);
  });

  test('an event that failed as a whole is asked for again where that may help', async () => {
    serve(
      (stream) => {
        send(stream, 1);
        stream.next({ data: null, errors: [errorOf('TIMEOUT')] });
        send(stream, 3);
      },
      (stream) => send(stream, 2, 3),
    );
    expect(await read(connect().memoryCreated(), 3)).toEqual(['m1', 'm2', 'm3']);
    expect(asked()).toEqual([null, 'c1']);
  });

  test('a stream that does not begin is a failure after 3 more attempts', async () => {
    serve((stream) => stream.cut());
    expect(await failureOf(connect().memoryCreated())).toMatchObject({ name: 'NetworkError' });
    expect(server.requests).toHaveLength(4);
  });

  test('a result that is no JSON, and a JSON answer without an error, are NetworkErrors that are not retryable', async () => {
    server.answerWith((response) => {
      openStream(response);
      response.end('event: next\ndata: oops\n\n');
    });
    expect(await failureOf(connect().memoryCreated())).toMatchObject({ name: 'NetworkError', retryable: false });
    server.answerWith((response) => sendJson(response, { data: { memoryCreated: null } }));
    expect(await failureOf(connect().memoryCreated())).toMatchObject({ name: 'NetworkError', retryable: false });
  });
});

describe('leaving a subscription', () => {
  /** Resolves when the server sees the connection close. */
  const closing = (first: (stream: Stream) => unknown) =>
    new Promise<void>((resolve) => {
      server.answerWith((response) => {
        response.on('close', resolve);
        first(openStream(response));
      });
    });

  test('one connection for the next closes it, also where the server does not', async () => {
    const closed = new Promise<void>((resolve) => {
      server.answerWith((response, _, number) => {
        const stream = openStream(response);
        if (number > 0) return send(stream, 1);
        response.on('close', resolve);
        stream.start('c0');
        return stream.next({ errors: [errorOf('DEPENDENCY_UNAVAILABLE')] });
      });
    });
    const events = connect().memoryCreated();
    expect((await events.next()).value?.memoryId).toBe('m1');
    await closed;
    await events.return?.();
  });

  test('by break closes its connection', async () => {
    const closed = closing((stream) => send(stream, 1, 2));
    expect(await read(connect().memoryCreated(), 1)).toEqual(['m1']);
    await closed;
    expect(server.requests).toHaveLength(1);
  });

  test('by abort ends the loop without an error, and closes its connection', async () => {
    const closed = closing((stream) => send(stream, 1));
    const aborting = new AbortController();
    const ids: string[] = [];
    for await (const { memoryId } of connect().memoryCreated({ signal: aborting.signal })) {
      ids.push(memoryId);
      aborting.abort();
    }
    expect(ids).toEqual(['m1']);
    await closed;
  });

  test('by return takes effect also while an event is awaited', async () => {
    const closed = closing((stream) => stream.start('c0'));
    const events = connect().memoryCreated();
    const next = events.next();
    await clock.deadline(40_000);
    await events.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    await closed;
  });

  test('by abort ends the waiting for another connection', async () => {
    serve((stream) => {
      stream.next({ errors: [errorOf('RATE_LIMITED', { details: { resetsAt: '2026-11-21T12:00:30.000Z' } })] });
    });
    const aborting = new AbortController();
    const events = connect().memoryCreated({ signal: aborting.signal });
    const next = events.next();
    await clock.deadline(30_100);
    aborting.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(server.requests).toHaveLength(1);
  });

  test('with a signal that is aborted already connects to nobody', async () => {
    serve((stream) => send(stream, 1));
    expect(await read(connect().memoryCreated({ signal: AbortSignal.abort() }), 1)).toEqual([]);
    expect(server.requests).toHaveLength(0);
  });
});
