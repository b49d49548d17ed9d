import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, NO_CAUSE, type Transaction, uuidv7, type WakeUp } from '@rae/kernel';
import { openTestDatabase, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';
import type { LogEvent } from './event.ts';
import { type EventStream, mapStream } from './event-stream.ts';
import { createEventFeed, type EventFeed, type FeedRequest } from './feed.ts';
import { encodeCursor } from './position.ts';
import { recordEvent, recordEvents } from './record-events.ts';
import { createInProcessWakeUp } from './wake-up/in-process.ts';

let db: TestDatabase;
let feed: EventFeed;
const openFeed = (wakeUp: WakeUp = db.wakeUp) =>
  createEventFeed({
    readAsWorker: db.asWorker,
    readAs: (caller) => (work) => db.as(caller, work),
    wakeUp,
    logger: silentLogger,
  });

beforeAll(async () => {
  db = await openTestDatabase();
  feed = openFeed();
});
afterAll(async () => {
  await feed.close();
  await db.close();
});

const thing = (n: number | string, type = 'test.happened') => ({
  type,
  projectId: null,
  subject: String(n),
  payload: { n },
});
const record = (caller: Caller, ...subjects: (number | string)[]) =>
  db.as(caller, (tx) =>
    recordEvents(
      tx,
      subjects.map((subject) => thing(subject)),
    ),
  );
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => String(from + n));

const listen = (caller: Caller, request: Partial<FeedRequest> = {}, of = feed) =>
  of.subscribe({ caller, matches: () => true, after: null, signal: null, ...request });

/** Subjects of the next events. */
async function take(stream: AsyncGenerator<LogEvent>, count: number): Promise<(string | null)[]> {
  const taken: (string | null)[] = [];
  while (taken.length < count) {
    const { value, done } = await stream.next();
    if (done || !value) throw new Error(`the stream ended after ${taken.length} events`);
    taken.push(value.subject);
  }
  return taken;
}
/** The same, and the stream is left. */
async function takeOnly(stream: EventStream<LogEvent>, count: number): Promise<(string | null)[]> {
  const taken = await take(stream, count);
  await stream.return();
  return taken;
}

/** A transaction that stays open until it is told to end. */
function openTransaction(caller: Caller, work: (tx: Transaction) => Promise<unknown>) {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const ended = db.as(caller, async (tx) => {
    await work(tx);
    begun.resolve();
    await end.promise;
  });
  const commit = () => {
    end.resolve();
    return ended;
  };
  return { begun: begun.promise, commit };
}

describe('recordEvents', () => {
  test('writes 1 000 events in the order that they are given, and gives back their positions in that order', async () => {
    const caller = testCaller();
    const stream = await listen(caller);
    const subjects = numbers(1_000);
    const positions = await record(caller, ...subjects);
    const cursors: string[] = [];
    for (const subject of subjects) {
      const { value } = await stream.next();
      expect(value?.subject).toBe(subject);
      if (value) cursors.push(encodeCursor(value.position));
    }
    await stream.return();
    expect(positions.map(encodeCursor)).toEqual(cursors);
  });

  test('keeps type, source, subject, payload, tags, project, actor, cause, depth and time', async () => {
    const caller = testCaller();
    const cause = { ...NO_CAUSE, eventId: uuidv7(), depth: 3 };
    const stream = await listen(caller);
    const [projectId, payload] = [uuidv7(), { text: 'ü"\\', list: [1, null, { a: true }], big: 1e21 }];
    const now = await db.transact({ role: 'rae_app', caller, cause }, async (tx) => {
      await recordEvent(tx, { type: 'thing.done', projectId, subject: 's', payload, tags: ['a', 'b,c', '"'] });
      return tx.now;
    });
    const { value } = await stream.next();
    await stream.return();
    expect(value).toMatchObject({
      tenantId: caller.tenantId,
      type: 'thing.done',
      source: '/thing',
      subject: 's',
      projectId,
      payload,
      tags: ['a', 'b,c', '"'],
      actor: 'key:test',
      causationId: cause.eventId,
      depth: 3,
      occurredAt: now,
    });
  });

  test('leaves nothing of a transaction that is rolled back, and does nothing for an empty list', async () => {
    const caller = testCaller();
    const stream = await listen(caller);
    const failed = db.as(caller, async (tx) => {
      await recordEvent(tx, thing('lost'));
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await record(caller)).toEqual([]);
    await record(caller, 'kept');
    expect(await takeOnly(stream, 1)).toEqual(['kept']);
  });
});

describe('a subscription', () => {
  test('without `after` hears what happens from then on, of its tenant and its wish alone', async () => {
    const caller = testCaller();
    const neighbour = testCaller(`${uuidv7().slice(0, -1)}${caller.tenantId.slice(-1)}`); // in the same partition
    const earlier = await listen(caller);
    await record(caller, 'before');
    expect(await takeOnly(earlier, 1)).toEqual(['before']); // so the horizon is past it
    const stream = await listen(caller, { matches: ({ type }) => type === 'test.happened' });
    await record(neighbour, 'not mine');
    await db.as(caller, (tx) => recordEvents(tx, [thing('not wanted', 'other.happened'), thing('a'), thing('b')]));
    expect(await takeOnly(stream, 2)).toEqual(['a', 'b']);
  });

  test('resumes after each of 30 events, and before the first, without gap or repeat', async () => {
    const caller = testCaller();
    const stream = await listen(caller);
    for (let n = 0; n < 30; n += 3) await record(caller, n, n + 1, n + 2);
    const cursors = [stream.startCursor];
    for (let n = 0; n < 30; n++) {
      const { value } = await stream.next();
      if (value) cursors.push(encodeCursor(value.position));
    }
    await record(caller, 30, 31);
    const resumed = await Promise.all(
      cursors.map(async (after, n) => takeOnly(await listen(caller, { after }), 32 - n)),
    );
    expect(resumed).toEqual(cursors.map((_, n) => numbers(32 - n, n)));
    expect(await takeOnly(stream, 2)).toEqual(['30', '31']);
  });

  test('that was lost before its first event resumes from its startCursor', async () => {
    const caller = testCaller();
    const { startCursor } = await listen(caller);
    await record(caller, 'missed');
    expect(await takeOnly(await listen(caller, { after: startCursor }), 1)).toEqual(['missed']);
  });

  test('resumes from the cursor that a write gave back, with the next write', async () => {
    const caller = testCaller();
    const [position] = await record(caller, 'mine');
    const stream = await listen(caller, { after: encodeCursor(position ?? { epoch: 0, tx: '0', seq: '0' }) });
    await record(caller, 'next');
    expect(await takeOnly(stream, 1)).toEqual(['next']);
  });

  test('loses nothing where its listener takes none of 1 600 events until all are written', async () => {
    const caller = testCaller();
    const stream = await listen(caller);
    await record(caller, 0);
    expect(await take(stream, 1)).toEqual(['0']);
    for (let n = 1; n < 1_601; n += 200) await record(caller, ...numbers(200, n));
    await takeOnly(await listen(caller, { after: stream.startCursor }), 1_601); // the reader has handed out all
    expect(await takeOnly(stream, 1_600)).toEqual(numbers(1_600, 1));
  });

  test('hears by the poll what nobody hints at', async () => {
    const caller = testCaller();
    const deaf = openFeed(createInProcessWakeUp());
    const stream = await listen(caller, {}, deaf);
    const first = stream.next(); // listens from here on
    await record(caller, 'a');
    expect((await first).value?.subject).toBe('a');
    await record(caller, 'b');
    expect(await takeOnly(stream, 1)).toEqual(['b']);
    await deaf.close();
  });

  test('goes on by the poll when all listeners of a partition left and another came', async () => {
    const caller = testCaller();
    const deaf = openFeed(createInProcessWakeUp());
    for (let n = 0; n < 5; n++) {
      const stream = await listen(caller, {}, deaf);
      const next = stream.next();
      const written = record(caller, n);
      expect((await next).value?.subject).toBe(String(n));
      await Promise.all([written, stream.return()]);
    }
    await deaf.close();
  });

  test('ends when it is left, when its signal is aborted and when the feed is closed, also while it waits', async () => {
    const caller = testCaller();
    const closing = openFeed();
    const leaving = new AbortController();
    const streams = [
      await listen(caller, {}, closing),
      await listen(caller, { signal: leaving.signal }, closing),
      await listen(caller, {}, closing),
      mapStream(await listen(caller, {}, closing), ({ id }) => id),
    ];
    const waiting = streams.map((stream) => stream.next());
    const never = await listen(caller, {}, closing);
    await never.return();
    await streams[0]?.return();
    leaving.abort();
    expect(await waiting[0]).toEqual({ done: true, value: undefined });
    expect(await waiting[1]).toEqual({ done: true, value: undefined });
    await streams[3]?.return();
    expect(await waiting[3]).toEqual({ done: true, value: undefined });
    await closing.close();
    expect(await waiting[2]).toEqual({ done: true, value: undefined });
    expect(await never.next()).toEqual({ done: true, value: undefined });
  });

  test.each([
    ['garbage', () => 'garbage'],
    ['of a later epoch', () => encodeCursor({ epoch: 999, tx: '5', seq: '1' })],
    ['of a transaction that has not begun', () => encodeCursor({ epoch: 1, tx: '999999999999', seq: '1' })],
  ])('with a cursor that is %s is BAD_USER_INPUT', async (_, cursor) => {
    const refused = listen(testCaller(), { after: cursor() });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'after' } });
  });
});

describe('transactions that overlap', () => {
  test('are heard in log order once the earlier one has ended, each event once; embedded they take turns', async () => {
    const caller = testCaller();
    const stream = await listen(caller);
    const native = db.database.mode === 'native';
    const early = openTransaction(caller, (tx) => recordEvents(tx, [thing('early 1'), thing('early 2')]));
    await early.begun;
    let lateIsDone = false;
    const late = record(caller, 'late').then(() => {
      lateIsDone = true;
    });
    let heard = false;
    const first = stream.next().finally(() => {
      heard = true;
    });
    if (native) {
      await late;
      // Whoever subscribes now stands below what is not settled yet, and whoever resumes waits for it as well.
      const joining = await listen(caller);
      const resuming = await listen(caller, { after: stream.startCursor });
      const both = [joining, resuming].map((one) => takeOnly(one, 3));
      await record(testCaller(), 'to wake readers');
      expect(heard).toBe(false);
      await early.commit();
      expect(await Promise.all(both)).toEqual(Array(2).fill(['early 1', 'early 2', 'late']));
    } else {
      expect([heard, lateIsDone]).toEqual([false, false]);
      await early.commit();
      await late;
    }
    expect((await first).value?.subject).toBe('early 1');
    expect(await takeOnly(stream, 2)).toEqual(['early 2', 'late']);
  });

  test('that began before a subscription and end after it are heard; embedded it waits for their end', async () => {
    const caller = testCaller();
    const open = openTransaction(caller, (tx) => recordEvent(tx, thing('long')));
    await open.begun;
    const own = openFeed(); // whose readers have not read yet
    if (db.database.mode === 'native') {
      const stream = await listen(caller, {}, own);
      const next = stream.next();
      await record(testCaller(`${uuidv7().slice(0, -1)}${caller.tenantId.slice(-1)}`), 'neighbour');
      await open.commit();
      expect((await next).value?.subject).toBe('long');
      await stream.return();
    } else {
      const subscribed = listen(caller, {}, own);
      await open.commit();
      const stream = await subscribed;
      await record(caller, 'after');
      expect(await takeOnly(stream, 1)).toEqual(['after']);
    }
    await own.close();
  });

  test('240 of 8 writers, 3 tenants in one partition, ended in another order than begun: all listeners have one order', async () => {
    const suffix = uuidv7().slice(-1);
    const tenants = [1, 2, 3].map(() => testCaller(`${uuidv7().slice(0, -1)}${suffix}`));
    const streams = await Promise.all(tenants.flatMap((caller) => [listen(caller), listen(caller)]));
    const started = streams.map((stream) => take(stream, 80));
    const writer = async (id: number) => {
      for (let n = 0; n < 30; n++) {
        const caller = tenants[(id + n) % 3] ?? testCaller();
        await db.as(caller, async (tx) => {
          await recordEvent(tx, thing(`${id}/${n}/a`));
          // One that began later may end earlier: how much later differs from one to the next.
          for (let wait = 0; wait < (id * 7 + n * 3) % 5; wait++) await tx.query('select 1');
        });
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, id) => writer(id)));
    const heard = await Promise.all(started);
    for (const [n, caller] of tenants.entries()) {
      const again = await takeOnly(await listen(caller, { after: streams[2 * n]?.startCursor ?? '' }), 80);
      expect(heard[2 * n]).toEqual(again);
      expect(heard[2 * n + 1]).toEqual(again);
      expect(new Set(again).size).toBe(80);
    }
    await Promise.all(streams.map((stream) => stream.return()));
  });
});
