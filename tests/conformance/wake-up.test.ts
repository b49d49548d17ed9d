import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTransact } from '@rae/database';
import { createEventFeed, createInProcessWakeUp, createRedisWakeUp, type FeedOptions, recordEvent } from '@rae/events';
import { type Logger, NO_CAUSE, systemClock, uuidv7, type WakeUp } from '@rae/kernel';
import { openTestDatabase, silentLogger, testCaller } from '@rae/testkit';
import { createOwnRedis, type OwnRedis } from './lib/own-redis.ts';

const REDIS_URL = process.env.REDIS_URL;

/** Implementations of this mode; those of Redis stand for two processes of it. */
const IMPLEMENTATIONS: [string, () => { own: WakeUp; other: WakeUp }][] = [
  [
    'in this process',
    () => {
      const own = createInProcessWakeUp();
      return { own, other: own };
    },
  ],
  ...(REDIS_URL
    ? ([
        [
          'over Redis, to another process',
          () => ({
            own: createRedisWakeUp({ url: REDIS_URL, logger: silentLogger }),
            other: createRedisWakeUp({ url: REDIS_URL, logger: silentLogger }),
          }),
        ],
      ] satisfies [string, () => { own: WakeUp; other: WakeUp }][])
    : []),
];

/** Hints until `listener` has heard one: over Redis, the first ones come before the connection is there. */
async function connected(from: WakeUp, to: WakeUp): Promise<void> {
  const topic = uuidv7();
  const heard = Promise.withResolvers<void>();
  const stop = to.subscribe(topic, heard.resolve);
  const again = setInterval(() => from.notify(topic), 5);
  await heard.promise;
  clearInterval(again);
  stop();
}

describe.each(IMPLEMENTATIONS)('a hint %s', (_, open) => {
  let own: WakeUp;
  let other: WakeUp;
  beforeAll(async () => {
    ({ own, other } = open());
    await Promise.all([connected(own, other), connected(other, own)]);
  });
  afterAll(async () => {
    await own.close();
    await other.close();
  });

  /** Resolves when everything that was told before has been heard. */
  async function flushed(): Promise<void> {
    const topic = uuidv7();
    const heard = Promise.withResolvers<void>();
    const stop = other.subscribe(topic, heard.resolve);
    own.notify(topic);
    await heard.promise;
    stop();
  }
  /** Counts hints for a topic that nobody else uses. */
  function listen(of: WakeUp, topic = uuidv7()) {
    const ear = { topic, count: 0, stop: () => {} };
    ear.stop = of.subscribe(topic, () => {
      ear.count += 1;
    });
    return ear;
  }

  test('reaches all listeners of its topic, here and there, and no others', async () => {
    const first = listen(other);
    const ears = [first, listen(other, first.topic), listen(own, first.topic), listen(other)];
    own.notify(first.topic);
    await flushed();
    expect(ears.map(({ count }) => count)).toEqual([1, 1, 1, 0]);
    for (const { stop } of ears) stop();
  });

  test('stands for 1 000 that are given at once, and for those of other topics beside it', async () => {
    const ears = [listen(other), listen(other)];
    for (let n = 0; n < 1_000; n++) for (const { topic } of ears) own.notify(topic);
    await flushed();
    expect(ears.map(({ count }) => count)).toEqual([1, 1]);
    for (const { stop } of ears) stop();
  });

  test('is heard again when it is given again', async () => {
    const ear = listen(other);
    for (let n = 0; n < 3; n++) {
      own.notify(ear.topic);
      await flushed();
    }
    expect(ear.count).toBe(3);
    ear.stop();
  });

  test('does not reach who stopped listening, and stopping twice leaves others alone', async () => {
    const left = listen(other);
    left.stop();
    const stays = listen(other, left.topic);
    left.stop();
    own.notify(left.topic);
    await flushed();
    expect([left.count, stays.count]).toEqual([0, 1]);
    stays.stop();
  });

  test('reaches one function that listens twice twice, and once after it stopped once', async () => {
    const topic = uuidv7();
    let count = 0;
    const onHint = () => {
      count += 1;
    };
    const [stop, stopOther] = [other.subscribe(topic, onHint), other.subscribe(topic, onHint)];
    own.notify(topic);
    await flushed();
    expect(count).toBe(2);
    stop();
    own.notify(topic);
    await flushed();
    expect(count).toBe(3);
    stopOther();
  });

  test('sets off what is no part of the request that gave it', async () => {
    const request = new AsyncLocalStorage<string>();
    const topic = uuidv7();
    const heard = Promise.withResolvers<string | undefined>();
    const stop = other.subscribe(topic, () => heard.resolve(request.getStore()));
    request.run('a request', () => own.notify(topic));
    expect(await heard.promise).toBeUndefined();
    stop();
  });

  test('reaches nobody after close, and close may be called with hints on their way', async () => {
    const closing = open();
    const ear = listen(closing.other);
    closing.own.notify(ear.topic);
    await closing.other.close();
    await closing.own.close();
    closing.own.notify(ear.topic);
    await flushed();
    expect(ear.count).toBe(0);
  });
});

if (REDIS_URL)
  describe('a Redis that dies', () => {
    const open = new Set<WakeUp>();
    let redis: OwnRedis;
    beforeEach(async () => {
      redis = await createOwnRedis();
    });
    afterEach(async () => {
      for (const wakeUp of open) await wakeUp.close();
      await redis.drop();
      open.clear();
    });

    const openWakeUp = (logger: Logger = silentLogger): WakeUp => {
      const wakeUp = createRedisWakeUp({ url: redis.url, logger });
      open.add(wakeUp);
      return wakeUp;
    };

    test('costs hints to other processes until it is back, none in this one, and is told once', async () => {
      await redis.start();
      const warnings: string[] = [];
      const told = Promise.withResolvers<void>();
      const warn = (_: unknown, message: string) => {
        warnings.push(message);
        told.resolve();
      };
      const own = openWakeUp({ ...silentLogger, warn });
      const other = openWakeUp();
      await connected(own, other);
      await redis.kill();
      await connected(own, own);
      await told.promise; // back before the first attempt to reconnect, it would not have been missed
      await redis.start();
      await connected(own, other);
      await connected(other, own);
      expect(new Set(warnings).size).toBe(1);
      expect(warnings.length).toBeLessThanOrEqual(2); // of its two connections
    });

    test('or was never there is no reason not to start, and is taken up when it comes', async () => {
      const [own, other] = [openWakeUp(), openWakeUp()];
      await connected(own, own);
      await redis.start();
      await connected(own, other);
    });

    test('costs a subscription in another process no event: its poll finds them', async () => {
      await redis.start();
      const db = await openTestDatabase();
      const [own, other] = [openWakeUp(), openWakeUp()];
      const transact = createTransact(db.database, systemClock, own);
      const readAs: FeedOptions['readAs'] = (caller) => (work) => db.as(caller, work);
      const feed = createEventFeed({ readAsWorker: db.asWorker, readAs, wakeUp: other, logger: silentLogger });
      const caller = testCaller();
      const stream = await feed.subscribe({ caller, matches: () => true, after: null, signal: null });
      for (let n = 0; n < 6; n++) {
        const next = stream.next();
        if (n === 3) await redis.kill();
        await transact({ role: 'rae_app', caller, cause: NO_CAUSE }, (tx) =>
          recordEvent(tx, { type: 'test.heard', projectId: null, subject: String(n), payload: {} }),
        );
        expect((await next).value?.subject).toBe(String(n));
      }
      await feed.close();
      await db.close();
    });
  });
