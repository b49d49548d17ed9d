import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createInProcessCallCounter, createRedisCallCounter } from '@rae/events';
import { type CallCounter, type Clock, systemClock, uuidv7 } from '@rae/kernel';
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

/** Until both count in the same place: a connection to Redis takes a moment, and so many turns of the event loop. */
async function together([one, other]: readonly [CallCounter, CallCounter]): Promise<void> {
  for (;;) {
    const name = uuidv7();
    await one.take(name, { limit: 1, windowMs: HOUR }, 1);
    if (!(await other.take(name, { limit: 1, windowMs: HOUR }, 1)).taken) return;
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
    counters[0].take(name, { limit, windowMs }, calls);

  test('100 at once under a limit of 10, half by another process, are taken exactly 10 times', async () => {
    const name = uuidv7();
    const counts = await Promise.all(
      Array.from({ length: 100 }, (_item, n) => counters[n % 2 ? 1 : 0].take(name, { limit: 10, windowMs: HOUR }, 1)),
    );
    expect(counts.filter(({ taken }) => taken)).toHaveLength(10);
    expect((await take(name, 10, 0)).used).toBe(10);
  });

  test('3 of a limit of 5 leave room for 2: 3 more are refused as a whole, and 2 are taken', async () => {
    const name = uuidv7();
    expect(await take(name, 5, 3)).toMatchObject({ taken: true, used: 3 });
    expect(await take(name, 5, 3)).toMatchObject({ taken: false, used: 3 });
    expect(await take(name, 5, 2)).toMatchObject({ taken: true, used: 5 });
  });

  test('looking takes nothing, and another name is counted for itself', async () => {
    const name = uuidv7();
    for (let n = 0; n < 3; n++) expect(await take(name, 1, 0)).toMatchObject({ taken: true, used: 0 });
    await take(name, 1);
    expect(await take(uuidv7(), 1)).toMatchObject({ taken: true, used: 1 });
  });

  test('a refused call is free again when the oldest leaves the window, which freeAt says', async () => {
    const name = uuidv7();
    await take(name, 1, 1, 150);
    const { taken, freeAt } = await take(name, 1, 1, 150);
    expect(taken).toBe(false);
    let passed = await take(name, 1, 1, 150);
    while (!passed.taken) passed = await take(name, 1, 1, 150);
    expect(Date.now()).toBeGreaterThanOrEqual(freeAt.getTime());
  });

  test('under a smaller limit the calls that were counted before count on', async () => {
    const name = uuidv7();
    await take(name, 10, 6);
    expect(await take(name, 3)).toMatchObject({ taken: false, used: 6 });
    expect(await take(name, 7)).toMatchObject({ taken: true, used: 7 });
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
    await counter.take('a', WINDOW, 1);
    move(600);
    await counter.take('a', WINDOW, 1);
    move(399);
    expect(await counter.take('a', WINDOW, 1)).toMatchObject({ taken: false, freeAt: new Date(1_700_000_001_000) });
    move(1);
    expect((await counter.take('a', WINDOW, 1)).taken).toBe(true);
    expect((await counter.take('a', WINDOW, 1)).taken).toBe(false);
  });

  test('a clock set back by an hour locks nobody out', async () => {
    const { counter, move } = withClock();
    await counter.take('a', WINDOW, 2);
    move(-HOUR);
    expect((await counter.take('a', WINDOW, 2)).taken).toBe(true);
  });
});

test('a Redis that is not there leaves each process to count for itself', async () => {
  const counter = createRedisCallCounter({ url: 'redis://127.0.0.1:1', clock: systemClock, logger: silentLogger });
  const counts = await Promise.all(
    Array.from({ length: 20 }, () => counter.take('a', { limit: 10, windowMs: HOUR }, 1)),
  );
  expect(counts.filter(({ taken }) => taken)).toHaveLength(10);
  await counter.close();
});
