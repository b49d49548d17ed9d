import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createInProcessCallCounter, createRedisCallCounter } from '@rae/events';
import { type CallCount, type CallCounter, type CallWindow, type Clock, systemClock, uuidv7 } from '@rae/kernel';
import { silentLogger } from '@rae/testkit';

const REDIS_URL = process.env.REDIS_URL;
const HOUR = 3_600_000;

/** Implementations of this mode; those of Redis stand for two processes of it. */
const IMPLEMENTATIONS: [string, () => readonly [CallCounter, CallCounter]][] = [
  [
    'in this process',
    () => {
      const counter = createInProcessCallCounter(systemClock);
      return [counter, counter];
    },
  ],
  ...(REDIS_URL
    ? ([
        [
          'in Redis, for two processes',
          () => {
            const make = () => createRedisCallCounter({ url: REDIS_URL, clock: systemClock, logger: silentLogger });
            return [make(), make()];
          },
        ],
      ] satisfies [string, () => readonly [CallCounter, CallCounter]][])
    : []),
];

async function takeOne(counter: CallCounter, name: string, window: CallWindow, calls = 1): Promise<CallCount> {
  const [count] = await counter.take([{ name, window, calls }]);
  if (!count) throw new Error('nothing was counted');
  return count;
}

/** Until both count in the same place: a connection to Redis takes a moment, and so many turns of the event loop. */
async function together([one, other]: readonly [CallCounter, CallCounter]): Promise<void> {
  for (;;) {
    const name = uuidv7();
    await takeOne(one, name, { limit: 1, windowMs: HOUR });
    if (!(await takeOne(other, name, { limit: 1, windowMs: HOUR })).hasRoom) return;
    await nextTurn();
  }
}

describe.each(IMPLEMENTATIONS)('calls counted %s', (_, open) => {
  let counters: readonly [CallCounter, CallCounter];
  beforeAll(async () => {
    counters = open();
    await together(counters);
  });
  afterAll(() => Promise.all(counters.map((counter) => counter.close())));

  const take = (name: string, limit: number, calls = 1, windowMs = HOUR) =>
    takeOne(counters[0], name, { limit, windowMs }, calls);

  test('100 at once under a limit of 10, half by another process, are taken exactly 10 times', async () => {
    const name = uuidv7();
    const counts = await Promise.all(
      Array.from({ length: 100 }, (_item, n) => takeOne(counters[n % 2 ? 1 : 0], name, { limit: 10, windowMs: HOUR })),
    );
    expect(counts.filter(({ hasRoom }) => hasRoom)).toHaveLength(10);
    expect((await take(name, 10, 0)).used).toBe(10);
  });

  test('3 of a limit of 5 leave room for 2: 3 more are refused as a whole, and 2 are taken', async () => {
    const name = uuidv7();
    expect(await take(name, 5, 3)).toMatchObject({ hasRoom: true, used: 3 });
    expect(await take(name, 5, 3)).toMatchObject({ hasRoom: false, used: 3 });
    expect(await take(name, 5, 2)).toMatchObject({ hasRoom: true, used: 5 });
  });

  test('of two names, one of which has no room, neither is counted; 40 pairs at once are taken exactly 10 times', async () => {
    const [wide, narrow] = [uuidv7(), uuidv7()];
    const pair = (counter: CallCounter) =>
      counter.take([
        { name: wide, window: { limit: 100, windowMs: HOUR }, calls: 2 },
        { name: narrow, window: { limit: 10, windowMs: HOUR }, calls: 1 },
      ]);
    const counts = await Promise.all(Array.from({ length: 40 }, (_item, n) => pair(counters[n % 2 ? 1 : 0])));
    expect(counts.filter((both) => both.every(({ hasRoom }) => hasRoom))).toHaveLength(10);
    expect(await pair(counters[0])).toMatchObject([
      { hasRoom: true, used: 20 },
      { hasRoom: false, used: 10 },
    ]);
  });

  test('looking takes nothing, and another name is counted for itself', async () => {
    const name = uuidv7();
    for (let n = 0; n < 3; n++) expect(await take(name, 1, 0)).toMatchObject({ hasRoom: true, used: 0 });
    await take(name, 1);
    expect(await take(uuidv7(), 1)).toMatchObject({ hasRoom: true, used: 1 });
  });

  test('a refused call is free again when the oldest leaves the window, which freeAt says', async () => {
    const name = uuidv7();
    await take(name, 1, 1, 150);
    const { hasRoom, freeAt } = await take(name, 1, 1, 150);
    expect(hasRoom).toBe(false);
    let passed = await take(name, 1, 1, 150);
    while (!passed.hasRoom) passed = await take(name, 1, 1, 150);
    expect(Date.now()).toBeGreaterThanOrEqual(freeAt.getTime());
  });

  test('under a smaller limit the calls that were counted before count on', async () => {
    const name = uuidv7();
    await take(name, 10, 6);
    expect(await take(name, 3)).toMatchObject({ hasRoom: false, used: 6 });
    expect(await take(name, 7)).toMatchObject({ hasRoom: true, used: 7 });
  });
});

describe('calls counted in this process', () => {
  const withClock = () => {
    let now = 1_700_000_000_000;
    const clock: Clock = { now: () => new Date(now) };
    return { counter: createInProcessCallCounter(clock), move: (ms: number) => (now += ms) };
  };
  const WINDOW = { limit: 2, windowMs: 1_000 };

  test('slide: of 2 a second, the third is taken 1 000 ms after the first, not before', async () => {
    const { counter, move } = withClock();
    await takeOne(counter, 'a', WINDOW, 1);
    move(600);
    await takeOne(counter, 'a', WINDOW, 1);
    move(399);
    expect(await takeOne(counter, 'a', WINDOW, 1)).toMatchObject({
      hasRoom: false,
      freeAt: new Date(1_700_000_001_000),
    });
    move(1);
    expect((await takeOne(counter, 'a', WINDOW, 1)).hasRoom).toBe(true);
    expect((await takeOne(counter, 'a', WINDOW, 1)).hasRoom).toBe(false);
  });

  test('a clock set back by an hour locks nobody out', async () => {
    const { counter, move } = withClock();
    await takeOne(counter, 'a', WINDOW, 2);
    move(-HOUR);
    expect((await takeOne(counter, 'a', WINDOW, 2)).hasRoom).toBe(true);
  });
});

test('a Redis that is not there leaves each process to count for itself', async () => {
  const counter = createRedisCallCounter({ url: 'redis://127.0.0.1:1', clock: systemClock, logger: silentLogger });
  const counts = await Promise.all(
    Array.from({ length: 20 }, () => takeOne(counter, 'a', { limit: 10, windowMs: HOUR })),
  );
  expect(counts.filter(({ hasRoom }) => hasRoom)).toHaveLength(10);
  await counter.close();
});
