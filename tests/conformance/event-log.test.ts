import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { actAs, actAsWorker } from '@rae/database';
import {
  countDaysAhead,
  createConsumer,
  createEventFeed,
  dropLogDays,
  type EventFeed,
  type EventStream,
  encodeCursor,
  type LogEvent,
  makeLogDays,
  partitionOf,
  recordEvent,
  settleEpoch,
} from '@rae/events';
import { type Caller, type Transaction, uuidv7 } from '@rae/kernel';
import { createMetrics } from '@rae/telemetry';
import { silentLogger, testCaller } from '@rae/testkit';
import { openStack, type Stack } from './lib/open-stack.ts';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

const DAY_MS = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS;
/** Midnight of a day, counted from today, and milliseconds from there. */
const day = (days: number, ms = 0) => new Date(TODAY + days * DAY_MS + ms);
const partitionNameOf = (date: Date) => `platform.events_${date.toISOString().slice(0, 10).replaceAll('-', '')}`;

let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead * DAY_MS) };

let own: OwnDatabase;
let stack: Stack;
let feed: EventFeed;
beforeAll(async () => {
  own = await createOwnDatabase();
  stack = await openStack(own, { clock });
  feed = createEventFeed({
    readAsWorker: stack.asWorker,
    readAs: (caller) => (work) => stack.as(caller, work),
    wakeUp: stack.wakeUp,
    logger: silentLogger,
  });
});
afterEach(() => {
  ahead = 0;
});
let over = false;
afterAll(async () => {
  over = true;
  await feed.close();
  await stack.close();
  await own.drop();
});

const event = (subject: string) => ({ type: 'test.logged', projectId: null, subject, payload: {} });
const record = (caller: Caller, subject: string) => stack.as(caller, (tx) => recordEvent(tx, event(subject)));

interface Forged {
  readonly recordedAt?: Date;
  readonly epoch?: number;
  /** Null: the transaction's own. */
  readonly xid?: string | null;
}

/** An event as it would have been written at another time, or in another cluster. */
const forge = (caller: Caller, subject: string, { recordedAt = new Date(), epoch = 1, xid = null }: Forged) =>
  stack.as(caller, (tx) =>
    tx.query(
      `insert into platform.events (epoch, tx, part, id, tenant_id, type, source, subject, actor, payload, occurred_at, recorded_at)
        values ($1, coalesce($2::xid8, pg_current_xact_id()), $3, $4, $5, 'test.logged', '/test', $6, 'test', '{}', $7, $7)`,
      [epoch, xid, partitionOf(caller.tenantId), uuidv7(), caller.tenantId, subject, recordedAt],
    ),
  );

/**
 * Waits until no transaction of the cluster is older than the caller's events: others' tests may hold one open. A live reader
 * looks at recent days alone, so what is forged into old ones has to be read as past.
 */
async function belowHorizon(caller: Caller): Promise<void> {
  const text = 'select max(tx) < pg_snapshot_xmin(pg_current_snapshot()) as below from platform.events';
  for (;;) {
    const [row] = await stack.as(caller, (tx) => tx.query<{ below: boolean }>(text));
    if (row?.below) return;
  }
}

/** Until a statement on this database waits for a lock. */
async function waiter(): Promise<void> {
  const text = `select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`;
  while ((await stack.asWorker((tx) => tx.query(text))).length === 0);
}

const whereIs = async (caller: Caller): Promise<Record<string, string>> => {
  const rows = await stack.as(caller, (tx) =>
    tx.query<{ subject: string; name: string }>(
      'select subject, tableoid::regclass::text as name from platform.events',
    ),
  );
  return Object.fromEntries(rows.map(({ subject, name }) => [subject, name]));
};

const listen = (caller: Caller, after: string | null = null): Promise<EventStream<LogEvent>> =>
  feed.subscribe({ caller, matches: () => true, after, signal: null });
async function take(stream: EventStream<LogEvent>, count: number): Promise<LogEvent[]> {
  const taken: LogEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await stream.next();
    if (done || !value) throw new Error(`the stream ended after ${taken.length} events`);
    taken.push(value);
  }
  return taken;
}
async function hear(caller: Caller, after: string, count: number): Promise<(string | null)[]> {
  const stream = await listen(caller, after);
  const taken = await take(stream, count);
  await stream.return();
  return taken.map(({ subject }) => subject);
}

/** A consumer that keeps the subjects of one tenant's events. */
function startConsumer(caller: Caller) {
  const handled: (string | null)[] = [];
  const kept: (string | null)[] = [];
  const consumer = createConsumer(
    {
      name: `test.${uuidv7()}`,
      types: ['test.logged'],
      async handle(tx: Transaction, { tenantId, subject }) {
        if (tenantId !== caller.tenantId) return;
        handled.push(subject);
        tx.afterCommit(() => kept.push(subject));
      },
    },
    {
      transactAsWorker: stack.asWorker,
      actAs,
      actAsWorker,
      wakeUp: stack.wakeUp,
      logger: silentLogger,
      metrics: createMetrics(),
    },
  );
  const drainUntil = async (count: number) => {
    do await consumer.drain();
    while (kept.length < count && !over);
    return kept;
  };
  return { drainUntil, close: consumer.close };
}

describe('the days of the log', () => {
  test('are made 7 ahead, and counted down day by day until they are made again', async () => {
    const counted: number[] = [];
    for (const days of [0, 1, 5, 6, 7, 8]) {
      ahead = days;
      counted.push(await stack.asWorker(countDaysAhead));
    }
    expect(counted).toEqual([7, 6, 2, 1, 0, 0]);
    ahead = 1;
    await stack.asWorker(makeLogDays);
    await stack.asWorker(makeLogDays);
    expect(await stack.asWorker(countDaysAhead)).toBe(7);
    ahead = 0;
  });

  test('meet at midnight without gap or repeat: before and after lie in two partitions and are read in order', async () => {
    const caller = testCaller();
    const consumer = startConsumer(caller);
    const stream = await listen(caller);
    const midnight = day(3);
    for (const [subject, ms] of Object.entries({ a: -1_000, b: -1, c: 0, d: 1_000 }))
      await forge(caller, subject, { recordedAt: new Date(midnight.getTime() + ms) });
    const heard = await take(stream, 4);
    await stream.return();
    expect(heard.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd']);
    const [before, after] = [partitionNameOf(day(2)), partitionNameOf(midnight)];
    expect(await whereIs(caller)).toEqual({ a: before, b: before, c: after, d: after });
    const cursors = [stream.startCursor, ...heard.map(({ position }) => encodeCursor(position))].slice(0, 4);
    for (const [n, cursor] of cursors.entries())
      expect(await hear(caller, cursor, 4 - n)).toEqual(['a', 'b', 'c', 'd'].slice(n));
    expect(await consumer.drainUntil(4)).toEqual(['a', 'b', 'c', 'd']);
    await consumer.close();
  });

  test('that were not made in time lose nothing: their rows fall into DEFAULT and move when the day is made', async () => {
    const caller = testCaller();
    const { startCursor } = await listen(caller);
    await forge(caller, 'a', { recordedAt: day(20, 5) });
    await forge(caller, 'b', { recordedAt: day(22, 5) });
    expect(await whereIs(caller)).toEqual({ a: 'platform.events_default', b: 'platform.events_default' });
    expect(await hear(caller, startCursor, 2)).toEqual(['a', 'b']);
    ahead = 20;
    const writers = Array.from({ length: 20 }, (_, n) => forge(caller, `${n}`, { recordedAt: day(20, n) }));
    await Promise.all([...writers, stack.asWorker(makeLogDays)]);
    ahead = 0;
    const places = await whereIs(caller);
    expect(Object.keys(places)).toHaveLength(22);
    const { b, ...others } = places;
    expect(b).toBe(partitionNameOf(day(22)));
    expect(new Set(Object.values(others))).toEqual(new Set([partitionNameOf(day(20))]));
    expect((await hear(caller, startCursor, 22)).slice(0, 2)).toEqual(['a', 'b']);
  });

  test('keep writers waiting while they are made: a row of such a day lies in it, and none is refused', async () => {
    const caller = testCaller();
    const made = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    ahead = 40;
    const making = stack.asWorker(async (tx) => {
      await makeLogDays(tx);
      made.resolve();
      await go.promise;
    });
    await made.promise;
    const writing = forge(caller, 'a', { recordedAt: day(40, 5) });
    if (stack.database.mode === 'native') await waiter();
    go.resolve();
    await Promise.all([making, writing]);
    expect(await whereIs(caller)).toEqual({ a: partitionNameOf(day(40)) });
  });

  test('are dropped when they are too old, in DEFAULT as well: a cursor from before is CURSOR_EXPIRED, the last one is not', async () => {
    const caller = testCaller();
    const reading = await listen(caller);
    await forge(caller, 'made', { recordedAt: day(-40) });
    await stack.asWorker((tx) => tx.query('select platform.make_event_days($1::date, 1)', [day(-40)]));
    await forge(caller, 'left in DEFAULT', { recordedAt: day(-35) });
    await belowHorizon(caller);
    const old = await take(await listen(caller, reading.startCursor), 2);
    const known = encodeCursor(await record(caller, 'new'));
    const places = Object.values(await whereIs(caller));
    expect(places).toEqual([partitionNameOf(day(-40)), 'platform.events_default', partitionNameOf(day(0))].sort());
    await stack.asWorker((tx) => dropLogDays(tx, 41));
    expect(await hear(caller, reading.startCursor, 3)).toEqual(['made', 'left in DEFAULT', 'new']);
    await stack.asWorker((tx) => dropLogDays(tx, 30));
    expect(Object.keys(await whereIs(caller))).toEqual(['new']);

    const expired = { code: 'CURSOR_EXPIRED', retryable: false, details: { field: 'after' } };
    const [first, last] = old.map(({ position }) => encodeCursor(position));
    await expect(listen(caller, reading.startCursor)).rejects.toMatchObject(expired);
    await expect(listen(caller, first)).rejects.toMatchObject(expired);
    await expect(reading.next()).rejects.toMatchObject(expired); // it was away while they went
    expect(await hear(caller, last ?? '', 1)).toEqual(['new']);
    await record(caller, 'newer');
    expect(await hear(caller, known, 1)).toEqual(['newer']);
  });
});

describe('the epoch', () => {
  const settle = (systemId: string) => settleEpoch(stack.asOwner, systemId);

  test('rises in another cluster: old events come first, though their transactions are later, and old cursors go on', async () => {
    const caller = testCaller();
    const consumer = startConsumer(caller);
    const id = await stack.database.readSystemId();
    expect(await settle(id)).toBe(1);
    const stream = await listen(caller);
    await record(caller, 'a');
    expect(await consumer.drainUntil(1)).toEqual(['a']);
    // Written where transaction ids stood higher; here they begin anew.
    for (const [subject, xid] of Object.entries({ b: '5000000000', c: '5000000000', d: '5000000001' }))
      await forge(caller, subject, { xid });
    expect([await settle('another cluster'), await settle('another cluster')]).toEqual([2, 2]);
    await record(caller, 'e');
    await record(caller, 'f');

    const heard = await take(stream, 6);
    await stream.return();
    expect(heard.map(({ subject }) => subject)).toEqual([...'abcdef']);
    expect(heard.map(({ position }) => position.epoch)).toEqual([1, 1, 1, 1, 2, 2]);
    const cursors = [stream.startCursor, ...heard.map(({ position }) => encodeCursor(position))];
    for (const [n, cursor] of cursors.slice(0, 6).entries())
      expect(await hear(caller, cursor, 6 - n)).toEqual([...'abcdef'].slice(n));
    expect(await consumer.drainUntil(6)).toEqual([...'abcdef']);
    const beyond = { epoch: 2, tx: '5000000000', seq: '1' };
    await expect(listen(caller, encodeCursor(beyond))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await consumer.close();
  });

  test('rises only when those who write under the one before have ended, so that nothing comes up behind it', async () => {
    const caller = testCaller();
    const { startCursor } = await listen(caller);
    const written = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const order: string[] = [];
    const writing = stack
      .as(caller, async (tx) => {
        await recordEvent(tx, event('old epoch'));
        written.resolve();
        await go.promise;
        order.push('written');
      })
      .then(() => record(caller, 'new epoch'));
    await written.promise;
    const settling = settle('a third cluster').then(() => order.push('settled'));
    // By now the epoch would have risen, had it not to wait: this one is on its way no longer than that.
    if (stack.database.mode === 'native')
      for (let n = 0; n < 20; n++) await stack.asWorker((tx) => tx.query('select 1'));
    go.resolve();
    await Promise.all([writing, settling]);
    expect(order).toEqual(['written', 'settled']);
    expect(await hear(caller, startCursor, 2)).toEqual(['old epoch', 'new epoch']);
  });
});
