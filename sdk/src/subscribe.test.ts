import { describe, expect, test } from '@jest/globals';
import { MemoryCreatedDocument } from './index.ts';
import { errorOf, openStream, sendJson } from './testing/fake-server.ts';
import { failureOf, setUp } from './testing/set-up.ts';
import { askedAfter, drain, eventOf, readIds, type Stream, send, serveStreams } from './testing/streams.ts';

const { server, clock, connect } = setUp();
const serve = (...connections: ((stream: Stream) => unknown)[]) => serveStreams(server(), ...connections);

describe('a subscription', () => {
  test('asks for a stream with its variables, and gives its events in order', async () => {
    serve((stream) => send(stream, 1, 2, 3));
    expect(await readIds(connect().memoryCreated({ projectId: 'p', layers: ['EPISODIC'] }), 3)).toEqual([
      'm1',
      'm2',
      'm3',
    ]);
    expect(server().requests).toHaveLength(1);
    expect(server().requests[0]).toMatchObject({
      headers: { accept: 'text/event-stream', authorization: 'Bearer rae_key' },
      query: MemoryCreatedDocument.toString(),
    });
    expect(server().requests[0]?.variables).toEqual({ projectId: 'p', layers: ['EPISODIC'] });
  });

  test('opens its connection when it is first read', async () => {
    serve((stream) => send(stream, 1));
    const events = connect().memoryCreated();
    expect(server().requests).toHaveLength(0);
    expect((await events.next()).value?.memoryId).toBe('m1');
    await events.return?.();
  });

  test('gives an event as it is when a field of it failed', async () => {
    const errors = [errorOf('DEPENDENCY_UNAVAILABLE')];
    serve((stream) => stream.next({ ...eventOf(1), errors }, 'c1'));
    expect(await readIds(connect().memoryCreated(), 1)).toEqual(['m1']);
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
    expect(askedAfter(server())).toEqual(['c0']);
  });

  test('of a text that could not be resumed is refused', () => {
    const text = 'subscription { memoryCreated { cursor } }';
    expect(() => connect().subscribe(text)).toThrow('hand it to the field (after: $after)');
  });
});

describe('errors of a subscription', () => {
  test.each([
    ['UNAUTHENTICATED', 401, 'UnauthenticatedError'],
    ['QUERY_TOO_COMPLEX', 400, 'QueryTooComplexError'],
  ])('%s before the stream is thrown with its status', async (code, status, name) => {
    server().answerWith((response) => sendJson(response, { errors: [errorOf(code)] }, status));
    expect(await failureOf(drain(connect().memoryCreated()))).toMatchObject({ name, status });
    expect(server().requests).toHaveLength(1);
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
    expect(await failureOf(drain(events))).toMatchObject({ name });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(server().requests).toHaveLength(1);
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
    expect(await readIds(connect().memoryCreated(), 3)).toEqual(['m1', 'm2', 'm3']);
    expect(askedAfter(server())).toEqual([null, 'c1']);
  });

  test('a stream that does not begin is a failure after 3 more attempts', async () => {
    serve((stream) => stream.cut());
    expect(await failureOf(drain(connect().memoryCreated()))).toMatchObject({ name: 'NetworkError' });
    expect(server().requests).toHaveLength(4);
  });

  test('a result that is no JSON, and a JSON answer without an error, are NetworkErrors that are not retryable', async () => {
    server().answerWith((response) => {
      openStream(response);
      response.end('event: next\ndata: oops\n\n');
    });
    expect(await failureOf(drain(connect().memoryCreated()))).toMatchObject({ name: 'NetworkError', retryable: false });
    server().answerWith((response) => sendJson(response, { data: { memoryCreated: null } }));
    expect(await failureOf(drain(connect().memoryCreated()))).toMatchObject({ name: 'NetworkError', retryable: false });
  });
});

describe('leaving a subscription', () => {
  /** Resolves when the server sees the connection close. */
  const closing = (first: (stream: Stream) => unknown) =>
    new Promise<void>((resolve) => {
      server().answerWith((response) => {
        response.on('close', resolve);
        first(openStream(response));
      });
    });

  test('one connection for the next closes it, also where the server does not', async () => {
    const closed = new Promise<void>((resolve) => {
      server().answerWith((response, _, number) => {
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
    expect(await readIds(connect().memoryCreated(), 1)).toEqual(['m1']);
    await closed;
    expect(server().requests).toHaveLength(1);
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
    await clock().deadline(40_000);
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
    await clock().deadline(30_100);
    aborting.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(server().requests).toHaveLength(1);
  });

  test('with a signal that is aborted already connects to nobody', async () => {
    serve((stream) => send(stream, 1));
    expect(await readIds(connect().memoryCreated({ signal: AbortSignal.abort() }), 1)).toEqual([]);
    expect(server().requests).toHaveLength(0);
  });
});
