import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, PlatformError, type Transaction } from '@rae/kernel';
import { createMetrics } from '@rae/telemetry';
import { openTestDatabase, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';
import { enqueue } from './enqueue.ts';
import type { Job, JobDefinition } from './job.ts';
import { createJobRunner, type JobRunner } from './runner.ts';

let now = Date.now();
const clock = { now: () => new Date(now) };
const LEASE_MS = 30_000;
const LONGEST_DELAY_MS = 300_000;

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase(clock);
});
afterAll(() => db.close());

interface Row {
  subject: string;
  status: string;
  attempt: number;
  run_at: Date;
  error_code: string | null;
  error: string | null;
}

/** Jobs of one kind that nobody else runs, and what became of them. */
function createWorld() {
  const kind = `test.${randomUUID()}`;
  const open: JobRunner[] = [];
  const done: string[] = [];
  const write = (jobs: readonly Job[]) => async (tx: Transaction) => {
    for (const { subject } of jobs) {
      done.push(subject);
      await enqueue(tx, { kind: `${kind}.result`, subject, payload: {} });
    }
  };
  return {
    kind,
    /** Subjects in the order in which their results were written; those of a rolled back transaction as well. */
    done,
    write,
    add: (caller: Caller, ...subjects: string[]) =>
      db.as(caller, async (tx) => {
        for (const subject of subjects) await enqueue(tx, { kind, subject, payload: { subject } });
      }),
    start(run: JobDefinition['run'] = async (jobs) => write(jobs), batch = 10): JobRunner {
      const runner = createJobRunner(
        { kind, batch, leaseMs: LEASE_MS, callerOf: ({ tenantId }) => testCaller(tenantId), run },
        {
          transactAsWorker: db.asWorker,
          transactAs: db.as,
          wakeUp: db.wakeUp,
          logger: silentLogger,
          metrics: createMetrics(),
        },
      );
      open.push(runner);
      return runner;
    },
    find: (caller: Caller, of = kind) =>
      db.as(caller, (tx) =>
        tx.query<Row>(
          'select subject, status, attempt, run_at, error_code, error from platform.jobs where kind = $1 order by subject',
          [of],
        ),
      ),
    close: () => Promise.all(open.map((runner) => runner.close())),
  };
}

const subjectsOf = (jobs: readonly { subject: string }[]) => jobs.map(({ subject }) => subject);

describe('enqueue', () => {
  test('keeps one job per tenant, kind and subject, and changes nothing of one that is there', async () => {
    const { kind, add, find } = createWorld();
    const [one, other] = [testCaller(), testCaller()];
    await add(one, 'a');
    const [first] = await find(one);
    now += 1_000;
    await add(one, 'a', 'b');
    await add(other, 'a');
    await db.as(one, (tx) => enqueue(tx, { kind: `${kind}.other`, subject: 'a', payload: {} }));
    expect(subjectsOf(await find(one))).toEqual(['a', 'b']);
    expect((await find(one))[0]).toEqual(first);
    expect(subjectsOf(await find(other))).toEqual(['a']);
  });

  test('leaves no job of a transaction that is rolled back', async () => {
    const { kind, find } = createWorld();
    const caller = testCaller();
    const failed = db.as(caller, async (tx) => {
      await enqueue(tx, { kind, subject: 'a', payload: {} });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await find(caller)).toEqual([]);
  });
});

describe('a job', () => {
  test('runs once, outside a transaction, and ends together with what it wrote', async () => {
    const world = createWorld();
    const caller = testCaller();
    const attempts: number[] = [];
    await world.add(caller, 'a');
    const runner = world.start(async (jobs) => {
      attempts.push(...jobs.map(({ attempt }) => attempt));
      expect(jobs.map(({ tenantId, subject, payload }) => [tenantId, subject, payload])).toEqual([
        [caller.tenantId, 'a', { subject: 'a' }],
      ]);
      expect(await world.find(caller)).toHaveLength(1); // asked in a transaction of its own
      return world.write(jobs);
    });
    await runner.drain();
    await runner.drain();
    expect([attempts, await world.find(caller)]).toEqual([[1], []]);
    expect(subjectsOf(await world.find(caller, `${world.kind}.result`))).toEqual(['a']);
    await world.close();
  });

  test('begins at the hint of its transaction', async () => {
    const world = createWorld();
    const ran = Promise.withResolvers<void>();
    world.start(async () => {
      ran.resolve();
      return async () => {};
    });
    await world.add(testCaller(), 'a');
    await ran.promise;
    await world.close();
  });

  test('that fails runs again after its delay, keeps its reason, and is dead after 20 attempts', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a');
    let runs = 0;
    const runner = world.start(async () => {
      runs += 1;
      throw new PlatformError('MODEL_UNAVAILABLE', `attempt ${runs}`);
    });
    for (let attempt = 1; attempt < 20; attempt++) {
      await runner.drain();
      const [row] = await world.find(caller);
      expect(row).toMatchObject({
        status: 'PENDING',
        attempt,
        error_code: 'MODEL_UNAVAILABLE',
        error: `attempt ${runs}`,
      });
      const delayMs = (row?.run_at.getTime() ?? 0) - now;
      const most = Math.min(LONGEST_DELAY_MS, 1_000 * 2 ** (attempt - 1));
      expect(delayMs).toBeGreaterThanOrEqual(most / 10);
      expect(delayMs).toBeLessThanOrEqual(most);
      now += delayMs - 1;
      await runner.drain();
      expect(runs).toBe(attempt); // one millisecond too early
      now += 1;
    }
    await runner.drain();
    now += LONGEST_DELAY_MS;
    await runner.drain();
    expect(runs).toBe(20);
    expect(await world.find(caller)).toMatchObject([{ status: 'DEAD', attempt: 20, error: 'attempt 20' }]);
    await world.close();
  });

  test('that a budget refuses waits for it however often, no longer than until it resets, and its batch stays together', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a', 'b');
    const sizes: number[] = [];
    let resetsAt: string | null = null;
    const runner = world.start(async (jobs) => {
      sizes.push(jobs.length);
      throw new PlatformError('BUDGET_EXCEEDED', 'no room', { resetsAt });
    });
    for (let time = 1; time <= 30; time++) {
      await runner.drain();
      now += LONGEST_DELAY_MS;
    }
    expect(sizes).toEqual(Array(30).fill(2));
    expect((await world.find(caller))[0]).toMatchObject({ status: 'PENDING', attempt: 10, error: 'no room' });
    resetsAt = new Date(now + 7_000).toISOString();
    await runner.drain();
    expect((await world.find(caller)).map(({ run_at }) => run_at.getTime() - now)).toEqual([7_000, 7_000]);
    await world.close();
  });

  test('whose result cannot be written fails as one whose work fails', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a');
    const runner = world.start(async (jobs) => async (tx) => {
      await world.write(jobs)(tx);
      await tx.query('select 1 / 0');
    });
    await runner.drain();
    expect(await world.find(caller)).toMatchObject([{ attempt: 1, error_code: 'INTERNAL', error: 'division by zero' }]);
    expect(await world.find(caller, `${world.kind}.result`)).toEqual([]);
    await world.close();
  });
});

describe('a batch', () => {
  test('is of one tenant, oldest first, and at most as large as asked', async () => {
    const world = createWorld();
    const [one, other] = [testCaller(), testCaller()];
    for (const [caller, subject] of [
      [one, '1'],
      [other, '2'],
      [one, '3'],
      [one, '4'],
      [other, '5'],
    ] as const) {
      await world.add(caller, subject);
      now += 1;
    }
    const batches: string[][] = [];
    const runner = world.start(async (jobs) => {
      expect(new Set(jobs.map(({ tenantId }) => tenantId)).size).toBe(1);
      batches.push(subjectsOf(jobs).sort());
      return world.write(jobs);
    }, 2);
    await runner.drain();
    expect(batches).toEqual([['1', '3'], ['2', '5'], ['4']]);
    await world.close();
  });

  test('with one bad job costs the 9 others an attempt and no more: what failed for good comes alone', async () => {
    const world = createWorld();
    const caller = testCaller();
    const subjects = [...'0123456789'];
    await world.add(caller, ...subjects);
    const runner = world.start(async (jobs) => {
      if (subjectsOf(jobs).includes('5')) throw new Error('bad');
      return world.write(jobs);
    });
    await runner.drain();
    expect(await world.find(caller)).toHaveLength(10);
    now += LONGEST_DELAY_MS;
    await runner.drain();
    expect(await world.find(caller)).toMatchObject([{ subject: '5', attempt: 2 }]);
    expect(world.done.sort()).toEqual(subjects.filter((subject) => subject !== '5'));
    await world.close();
  });

  test('that failed for now is tried as a batch again', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a', 'b', 'c');
    const sizes: number[] = [];
    const runner = world.start(async (jobs) => {
      sizes.push(jobs.length);
      if (sizes.length === 1) throw new PlatformError('MODEL_UNAVAILABLE', 'away');
      return world.write(jobs);
    });
    await runner.drain();
    now += LONGEST_DELAY_MS;
    await runner.drain();
    expect(sizes).toEqual([3, 3]);
    await world.close();
  });
});

describe('a lease', () => {
  /** A worker that has claimed, and works until it is let go. */
  function createStuckWorker(world: ReturnType<typeof createWorld>) {
    const claimed = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const runner = world.start(async (jobs) => {
      claimed.resolve();
      await go.promise;
      return world.write(jobs);
    });
    return { draining: runner.drain(), claimed: claimed.promise, go: go.resolve };
  }

  test('keeps a job from others for as long as it lasts', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a');
    const stuck = createStuckWorker(world);
    await stuck.claimed;
    now += LEASE_MS;
    await world.start().drain();
    expect(world.done).toEqual([]);
    stuck.go();
    await stuck.draining;
    expect([world.done, await world.find(caller)]).toEqual([['a'], []]);
    await world.close();
  });

  test('that is over lets another worker take the job, and the late result of the first changes nothing', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a', 'b');
    const stuck = createStuckWorker(world);
    await stuck.claimed;
    now += LEASE_MS + 1;
    const attempts: number[] = [];
    const second = world.start(async (jobs) => {
      attempts.push(...jobs.map(({ attempt }) => attempt));
      expect(jobs).toHaveLength(1); // what a worker died of comes alone
      return world.write(jobs);
    });
    await second.drain();
    // both were due at the same instant: either may come first
    expect([attempts, [...world.done].sort()]).toEqual([
      [2, 2],
      ['a', 'b'],
    ]);
    const results = await world.find(caller, `${world.kind}.result`);
    stuck.go();
    await stuck.draining;
    expect(world.done).toHaveLength(2); // refused before it wrote
    expect(await world.find(caller, `${world.kind}.result`)).toEqual(results);
    await world.close();
  });

  test('that is over, late failure or not, leaves the job to who took it', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a');
    const first = createStuckWorker(world);
    await first.claimed;
    now += LEASE_MS + 1;
    const other = createStuckWorker(world);
    await other.claimed;
    first.go(); // too late: it fails, and must not give back the other one's lease
    await first.draining;
    await world.start().drain();
    expect(world.done).toEqual([]);
    other.go();
    await other.draining;
    expect([world.done, await world.find(caller)]).toEqual([['a'], []]);
    await world.close();
  });

  test('of a worker that died each of 20 times ends with a dead job', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a');
    const dying: ReturnType<typeof createStuckWorker>[] = [];
    for (let n = 0; n < 20; n++) {
      const worker = createStuckWorker(world);
      dying.push(worker);
      await worker.claimed; // and not heard of again
      now += LEASE_MS + 1;
    }
    const runner = world.start();
    await runner.drain();
    expect(world.done).toEqual([]);
    expect(await world.find(caller)).toMatchObject([
      { status: 'DEAD', attempt: 21, error: '20 workers ended before the job did' },
    ]);
    for (const worker of dying) worker.go();
    await world.close();
  });
});

describe('the queue', () => {
  test('of 60 jobs of 3 tenants is worked off by 3 workers at once, each job once', async () => {
    const world = createWorld();
    const callers = [testCaller(), testCaller(), testCaller()];
    for (const caller of callers) await world.add(caller, ...Array.from({ length: 20 }, (_, n) => String(n)));
    const runners = [1, 2, 3].map(() => world.start(async (jobs) => world.write(jobs), 4));
    await Promise.all(runners.map((runner) => runner.drain()));
    expect(world.done).toHaveLength(60);
    for (const caller of callers) expect(await world.find(caller)).toEqual([]);
    await world.close();
  });

  test('is left by close after the batch at hand', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.add(caller, 'a', 'b', 'c');
    const claimed = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const runner = world.start(async (jobs) => {
      claimed.resolve();
      await go.promise;
      return world.write(jobs);
    }, 1);
    void runner.drain();
    await claimed.promise;
    const closing = runner.close();
    go.resolve();
    await closing;
    await runner.drain();
    expect([world.done.length, (await world.find(caller)).length]).toEqual([1, 2]);
    await world.close();
  });
});
