import { describe, expect, test } from '@jest/globals';
import { errorOf, openStream } from './testing/fake-server.ts';
import { setUp } from './testing/set-up.ts';
import { askedAfter, eventOf, readIds, type Stream, send, serveStreams } from './testing/streams.ts';

const { server, clock, connect } = setUp();
const serve = (...connections: ((stream: Stream) => unknown)[]) => serveStreams(server(), ...connections);

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
    server().answerWith((response, { variables }) => {
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
    expect(askedAfter(server())).toEqual([null, 'c2', 'c4']);
  });

  test('whose last event was cut in two gets that event whole from the next connection', async () => {
    const cuts: (() => void)[] = [];
    server().answerWith((response, _, number) => {
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
    expect(askedAfter(server())).toEqual([null, 'c1']);
  });

  test('that is cut anywhere, time and again, gives each of 300 events once and in order', async () => {
    let state = 1;
    const below = (limit: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % limit;
    };
    const numbers = Array.from({ length: 300 }, (_, index) => index + 1);
    const textOf = (number: number) => `id: c${number}\nevent: next\ndata: ${JSON.stringify(eventOf(number))}\n\n`;
    server().answerWith((response, { variables }) => {
      const after = String(variables.after ?? 'c0');
      openStream(response).start(after);
      const last = Number(after.slice(1));
      const text = numbers.slice(last).map(textOf).join('');
      response.write(text.slice(0, below(2_000)), () => response.destroy());
    });
    expect(await readIds(connect().memoryCreated(), 300)).toEqual(numbers.map((number) => `m${number}`));
    expect(server().requests.length).toBeGreaterThan(20);
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
    expect(await readIds(connect().memoryCreated(), 1)).toEqual(['m1']);
    expect(askedAfter(server())).toEqual([null, 'c0']);
  });

  test('before the first event goes on from the `after` that it was given', async () => {
    serve(
      (stream) => stream.cut(),
      (stream) => send(stream, 6),
    );
    expect(await readIds(connect().memoryCreated({ after: 'c5' }), 1)).toEqual(['m6']);
    expect(askedAfter(server())).toEqual(['c5', 'c5']);
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
    expect(await readIds(connect().memoryCreated(), 2)).toEqual(['m1', 'm2']);
    expect(clock().sleeps).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 100]);
  });

  test('that lasted 10 s does not count as one more in a row', async () => {
    const lasting = (stream: Stream) => {
      stream.start('c0');
      clock().setNow(clock().now() + 10_000);
      stream.complete();
    };
    serve(lasting, lasting, lasting, (stream) => send(stream, 1));
    await readIds(connect().memoryCreated(), 1);
    expect(clock().sleeps).toEqual([100, 100, 100]);
  });

  test('that says nothing for 40 s, not even a comment, is given up and opened again', async () => {
    serve(
      async (stream) => {
        send(stream, 1);
        await clock().deadline(40_000);
        clock().expire();
      },
      (stream) => send(stream, 2),
    );
    const events = connect().memoryCreated();
    expect((await events.next()).value?.memoryId).toBe('m1');
    expect((await events.next()).value?.memoryId).toBe('m2');
    await events.return?.();
    expect(askedAfter(server())).toEqual([null, 'c1']);
  });
});
