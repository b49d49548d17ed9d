import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actAs, actAsWorker } from '@rae/database';
import { type Caller, PlatformError, type Transaction, uuidv7 } from '@rae/kernel';
import { createMetrics } from '@rae/telemetry';
import { openTestDatabase, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';
import { type Consumer, createConsumer } from './consumer.ts';
import { type LogEvent, partitionOf, typeTopic, wakeTopic } from './event.ts';
import { recordEvents } from './record-events.ts';
import { createInProcessWakeUp } from './wake-up/in-process.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** A consumer that leaves a row for each event, which can be there once only. */
function createWorld() {
  const name = `test.${randomUUID()}`;
  const type = `${name}.done`;
  const open: Consumer[] = [];
  const effect = (tx: Transaction, { id, subject }: LogEvent) =>
    tx.query(
      `insert into platform.jobs (id, tenant_id, kind, subject, payload, run_at, created_at)
        values ($1, $2, $3, $4, jsonb_build_object('n', nextval('platform.event_seq')), now(), now())`,
      [id, tx.caller.tenantId, name, subject],
    );
  return {
    name,
    type,
    effect,
    start(handle: (tx: Transaction, event: LogEvent) => Promise<unknown> = effect): Consumer {
      const consumer = createConsumer(
        { name, types: [type], handle: async (tx, event) => void (await handle(tx, event)) },
        {
          transactAsWorker: db.asWorker,
          actAs,
          actAsWorker,
          wakeUp: createInProcessWakeUp(),
          logger: silentLogger,
          metrics: createMetrics(),
        },
      );
      open.push(consumer);
      return consumer;
    },
    record: (caller: Caller, ...subjects: string[]) =>
      db.as(caller, (tx) =>
        recordEvents(
          tx,
          subjects.map((subject) => ({ type, projectId: null, subject, payload: {} })),
        ),
      ),
    async effectsOf(caller: Caller): Promise<string[]> {
      const find = `select subject from platform.jobs where kind = $1 order by (payload->>'n')::bigint`;
      const rows = await db.as(caller, (tx) => tx.query<{ subject: string }>(find, [name]));
      return rows.map(({ subject }) => subject);
    },
    setAside: () =>
      db.asWorker((tx) =>
        tx.query<{ tenant_id: string; reason: string }>(
          'select tenant_id, reason from platform.event_quarantine where consumer = $1',
          [name],
        ),
      ),
    close: () => Promise.all(open.map((consumer) => consumer.close())),
  };
}
type World = ReturnType<typeof createWorld>;

/** What lies above the horizon is read later: natively other tests have transactions open as well. */
async function drainUntil(consumer: Consumer, isDone: () => boolean | Promise<boolean>): Promise<void> {
  do await consumer.drain();
  while (!(await isDone()));
}
const hasEffects = (world: World, count: number, callers: readonly Caller[]) => async () => {
  const effects = await Promise.all(callers.map((caller) => world.effectsOf(caller)));
  return effects.every(({ length }) => length >= count);
};

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => String(from + n));

describe('a consumer', () => {
  test('handles what was written before it came and after, once, in order, as the tenant and because of the event', async () => {
    const world = createWorld();
    const callers = [testCaller(), testCaller(), testCaller()];
    for (const caller of callers) await world.record(caller, ...numbers(120));
    const causes = new Set<string>();
    const consumer = world.start(async (tx, event) => {
      await world.effect(tx, event);
      const [who] = await tx.query<{ who: string }>('select current_user as who');
      causes.add(`${who?.who} ${tx.caller.actor} ${tx.cause.depth} ${tx.cause.eventId === event.id}`);
      expect(tx.caller.tenantId).toBe(event.tenantId);
    });
    await drainUntil(consumer, hasEffects(world, 120, callers));
    for (const caller of callers) await world.record(caller, ...numbers(5, 120));
    await drainUntil(consumer, hasEffects(world, 125, callers));
    await consumer.drain();
    for (const caller of callers) expect(await world.effectsOf(caller)).toEqual(numbers(125));
    expect([...causes]).toEqual([`rae_app system:${world.name} 1 true`]);
    await world.close();
  });

  test('deepens the chain of events that cause each other', async () => {
    const world = createWorld();
    const caller = testCaller();
    const depths: number[] = [];
    const consumer = world.start(async (tx, { type, depth }) => {
      depths.push(depth);
      if (depth < 4) await recordEvents(tx, [{ type, projectId: null, subject: 'again', payload: {} }]);
    });
    await world.record(caller, 'first');
    await drainUntil(consumer, () => depths.length >= 5);
    await consumer.drain();
    expect(depths).toEqual([0, 1, 2, 3, 4]);
    await world.close();
  });

  test('leaves nothing of a batch that failed half way, and does all of it once afterwards', async () => {
    const world = createWorld();
    const caller = testCaller();
    await world.record(caller, ...numbers(90));
    let tries = 0;
    const consumer = world.start(async (tx, event) => {
      await world.effect(tx, event);
      if (event.subject !== '60') return;
      tries += 1;
      if (tries === 1) throw new PlatformError('DEPENDENCY_UNAVAILABLE', 'for now');
    });
    await drainUntil(consumer, hasEffects(world, 90, [caller]));
    expect(tries).toBe(2);
    expect(await world.effectsOf(caller)).toEqual(numbers(90));
    expect(await world.setAside()).toEqual([]);
    await world.close();
  });

  test('finds by its poll what nobody hints at', async () => {
    const world = createWorld();
    const handled = Promise.withResolvers<string | null>();
    const consumer = world.start(async (_, { subject }) => handled.resolve(subject));
    await consumer.drain();
    await world.record(testCaller(), 'unannounced');
    expect(await handled.promise).toBe('unannounced');
    await world.close();
  });

  test('that had nothing to do for 3 days handles what comes then', async () => {
    const world = createWorld();
    const caller = testCaller();
    const consumer = world.start();
    await world.record(caller, 'a');
    await drainUntil(consumer, hasEffects(world, 1, [caller]));
    const age = `update platform.event_cursors set touched_at = touched_at - interval '3 days' where consumer = $1`;
    await db.asWorker((tx) => tx.query(age, [world.name]));
    await world.record(caller, 'b');
    await drainUntil(consumer, hasEffects(world, 2, [caller]));
    expect(await world.effectsOf(caller)).toEqual(['a', 'b']);
    await world.close();
  });

  test('in 3 copies at once handles each of 600 events of 6 tenants once, and each tenant’s in order', async () => {
    const world = createWorld();
    const callers = Array.from({ length: 6 }, () => testCaller());
    const copies = [world.start(), world.start(), world.start()];
    for (const from of [0, 50])
      await Promise.all([
        ...callers.map((caller) => world.record(caller, ...numbers(50, from))),
        ...copies.map((copy) => copy.drain()),
      ]);
    const done = hasEffects(world, 100, callers);
    await Promise.all(copies.map((copy) => drainUntil(copy, done)));
    for (const caller of callers) expect(await world.effectsOf(caller)).toEqual(numbers(100));
    expect(await world.setAside()).toEqual([]);
    await world.close();
  });
});

describe('an event that cannot be handled', () => {
  const poison = (kind: 'error' | 'sql' | 'last step') => async (tx: Transaction) => {
    if (kind === 'error') throw new Error('poison');
    if (kind === 'sql') await tx.query(`do $$ begin raise exception 'poison'; end $$`);
    tx.beforeCommit('z', () => Promise.reject(new Error('poison')));
  };

  test.each(['error', 'sql', 'last step'] as const)(
    'is set aside with its reason (%s), and the 247 others are handled once, in order',
    async (kind) => {
      const world = createWorld();
      const caller = testCaller();
      const bad = new Set(['3', '120', '121']);
      await world.record(caller, ...numbers(250));
      const consumer = world.start(async (tx, event) => {
        await world.effect(tx, event);
        if (bad.has(event.subject ?? '')) await poison(kind)(tx);
      });
      await drainUntil(consumer, hasEffects(world, 247, [caller]));
      expect(await world.effectsOf(caller)).toEqual(numbers(250).filter((n) => !bad.has(n)));
      expect(await world.setAside()).toEqual(Array(3).fill({ tenant_id: caller.tenantId, reason: 'poison' }));
      await world.close();
    },
  );

  test.each([
    ['says so', () => Promise.reject(new PlatformError('MODEL_UNAVAILABLE', 'later'))],
    ['is a deadlock', (tx: Transaction) => tx.query(`do $$ begin raise exception using errcode = '40P01'; end $$`)],
  ])('for now only, as its error %s, waits and is not set aside; other partitions go on', async (_, fail) => {
    const world = createWorld();
    const [held, free] = ['0', '1'].map((suffix) => testCaller(`${uuidv7().slice(0, -1)}${suffix}`));
    if (!held || !free) throw new Error('two callers');
    await world.record(held, 'a', 'b');
    let away = true;
    let tries = 0;
    const consumer = world.start(async (tx, event) => {
      await world.effect(tx, event);
      if (event.subject !== 'b' || !away) return;
      tries += 1;
      await fail(tx);
    });
    await drainUntil(consumer, () => tries >= 2);
    await world.record(free, 'c');
    await drainUntil(consumer, hasEffects(world, 1, [free]));
    expect([await world.effectsOf(held), await world.effectsOf(free)]).toEqual([[], ['c']]);
    away = false;
    await drainUntil(consumer, hasEffects(world, 2, [held]));
    expect(await world.effectsOf(held)).toEqual(['a', 'b']);
    expect(await world.setAside()).toEqual([]);
    await world.close();
  });
});

test('events wake readers of their partition and who waits for one of their types, and nobody else', async () => {
  const caller = testCaller();
  const part = partitionOf(caller.tenantId);
  const topics = [typeTopic(part, 'a.done'), typeTopic(part, 'b.done'), typeTopic(part, 'c.done'), wakeTopic(part)];
  const woken: string[] = [];
  const last = Promise.withResolvers<void>();
  const stops = topics.map((topic) =>
    db.wakeUp.subscribe(topic, () => {
      woken.push(topic);
      if (topic === typeTopic(part, 'c.done')) last.resolve();
    }),
  );
  const event = { projectId: null, subject: null, payload: {} };
  await db.as(caller, (tx) =>
    recordEvents(tx, [
      { type: 'a.done', ...event },
      { type: 'c.done', ...event },
    ]),
  );
  await last.promise;
  expect(woken.sort()).toEqual([typeTopic(part, 'a.done'), typeTopic(part, 'c.done'), wakeTopic(part)].sort());
  for (const stop of stops) stop();
});
