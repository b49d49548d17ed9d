import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, isPlatformError, PlatformError, uuidv7 } from '@rae/kernel';
import { openTestDatabase, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';
import { type LogEvent, partitionOf } from './event.ts';
import { createPartitionReader, type PartitionReader, type ReadWith } from './partition-reader.ts';
import { findNews } from './place.ts';
import { recordEvents } from './record-events.ts';
import { createInProcessWakeUp } from './wake-up/in-process.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const record = (caller: Caller, ...subjects: string[]) =>
  db.as(caller, (tx) =>
    recordEvents(
      tx,
      subjects.map((subject) => ({ type: 'test.read', projectId: null, subject, payload: {} })),
    ),
  );

/** Nobody hints: it reads when it is told to. */
const openReader = (caller: Caller, read: ReadWith = db.asWorker): PartitionReader =>
  createPartitionReader({
    partition: partitionOf(caller.tenantId),
    read,
    wakeUp: createInProcessWakeUp(),
    logger: silentLogger,
  });

/** What lies above the horizon is read later: natively other tests have transactions open as well. */
async function readUntil(reader: PartitionReader, isDone: () => boolean): Promise<void> {
  do await reader.read();
  while (!isDone());
}

/** What one listener heard of its tenant. */
function createEar(caller: Caller) {
  const heard: (string | null)[] = [];
  const onEvents = (events: readonly LogEvent[]) => {
    for (const { tenantId, subject } of events) if (tenantId === caller.tenantId) heard.push(subject);
  };
  return { heard, onEvents };
}

/** Reads that stop before their answer until they are let go. */
function createGate() {
  let waiting = Promise.withResolvers<void>();
  let gate: PromiseWithResolvers<void> | null = null;
  const read: ReadWith = async (work) => {
    const answer = await db.asWorker(work);
    if (gate) {
      waiting.resolve();
      await gate.promise;
    }
    return answer;
  };
  return {
    read,
    shut() {
      gate = Promise.withResolvers();
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    open() {
      gate?.resolve();
      gate = null;
    },
  };
}

describe('the reader of a partition', () => {
  test('hands 1 200 events to each of 2 listeners in pages, in order', async () => {
    const caller = testCaller();
    const reader = openReader(caller);
    const ears = [createEar(caller), createEar(caller)];
    for (const { onEvents } of ears) await reader.join(onEvents);
    const subjects = Array.from({ length: 1_200 }, (_, n) => String(n));
    await record(caller, ...subjects);
    await readUntil(reader, () => ears.every(({ heard }) => heard.length >= 1_200));
    for (const { heard } of ears) expect(heard).toEqual(subjects);
    await reader.close();
  });

  test('stands nowhere while nobody listens, also when the last one left amid a read', async () => {
    const caller = testCaller();
    const gate = createGate();
    const reader = openReader(caller, gate.read);
    expect(reader.place()).toBeNull();
    const first = await reader.join(() => {});
    expect(reader.place()?.position).toEqual(first.position);
    const reading = gate.shut();
    const read = reader.read();
    await reading;
    first.leave();
    gate.open();
    await read;
    expect(reader.place()).toBeNull();
  });

  test('gives one who joins amid a read after the last one left all from where it says that it stands', async () => {
    const caller = testCaller();
    const gate = createGate();
    const reader = openReader(caller, gate.read);
    const [before, after] = [createEar(caller), createEar(caller)];
    const first = await reader.join(before.onEvents);
    await record(caller, 'a');
    const reading = gate.shut();
    const read = reader.read();
    await reading;
    first.leave();
    const joining = reader.join(after.onEvents);
    gate.open();
    const { position } = await joining;
    await read;
    expect(reader.place()?.position).toEqual(position);
    expect(before.heard).toEqual([]);
    await record(caller, 'b');
    await readUntil(reader, () => after.heard.includes('b'));
    expect([['b'], ['a', 'b']]).toContainEqual(after.heard);
    await reader.close();
  });

  test('leaving twice does not put out another listener', async () => {
    const caller = testCaller();
    const reader = openReader(caller);
    const { leave } = await reader.join(() => {});
    leave();
    const ear = createEar(caller);
    await reader.join(ear.onEvents);
    leave();
    await record(caller, 'a');
    await readUntil(reader, () => ear.heard.length > 0);
    expect(ear.heard).toEqual(['a']);
    await reader.close();
  });

  test('refuses to be joined while the log cannot be read, and reads on from its place when it can again', async () => {
    const caller = testCaller();
    let away = true;
    const reader = openReader(caller, async (work) => {
      if (away) throw new PlatformError('DEPENDENCY_UNAVAILABLE', 'away');
      return db.asWorker(work);
    });
    await expect(reader.join(() => {})).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
    expect(reader.place()).toBeNull();
    away = false;
    const ear = createEar(caller);
    await reader.join(ear.onEvents);
    away = true;
    await record(caller, 'a');
    await reader.read();
    expect(ear.heard).toEqual([]);
    away = false;
    await readUntil(reader, () => ear.heard.length > 0);
    expect(ear.heard).toEqual(['a']);
    await reader.close();
  });

  test('ends a join that is under way when it is closed', async () => {
    const gate = createGate();
    const reader = openReader(testCaller(), gate.read);
    const reading = gate.shut();
    const joining = reader.join(() => {}).catch((error: unknown) => error);
    await reading;
    const closing = reader.close();
    gate.open();
    await closing;
    expect(isPlatformError(await joining)).toBe(true);
  });
});

describe('findNews', () => {
  test('names of 16 partitions just those with an event after their place, in one statement', async () => {
    const suffixes = [...'0123456789abcdef'];
    const tenants = suffixes.map((suffix) => testCaller(`${uuidv7().slice(0, -1)}${suffix}`));
    const readers = tenants.map((caller) => openReader(caller));
    await Promise.all(readers.map((reader) => reader.join(() => {})));
    const places = readers.flatMap((reader) => reader.place() ?? []);
    const [three, eleven] = [tenants[3] ?? testCaller(), tenants[11] ?? testCaller()];
    await record(three, 'a', 'b');
    await record(eleven, 'c');
    let news: Set<number>;
    do news = new Set(await db.asWorker((tx) => findNews(tx, places)));
    while (!news.has(3) || !news.has(11));
    if (db.database.mode === 'embedded') expect(news.size).toBe(2); // natively other tests write as well
    await Promise.all(readers.map((reader) => reader.read()));
    const read = readers.flatMap((reader) => reader.place() ?? []);
    if (db.database.mode === 'embedded') expect(await db.asWorker((tx) => findNews(tx, read))).toEqual([]);
    await Promise.all(readers.map((reader) => reader.close()));
  });
});
