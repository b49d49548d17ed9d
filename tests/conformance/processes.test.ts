import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openDatabase, pendingMigrations } from '@rae/database';
import { createJobRunner, enqueue } from '@rae/jobs';
import { uuidv7 } from '@rae/kernel';
import { migrations } from '@rae/migrations';
import { createMetrics } from '@rae/telemetry';
import { silentLogger, testCaller } from '@rae/testkit';
import { type Child, type ChildPlace, startChild as spawnChild } from './lib/child.ts';
import { makeEffects, startEffects } from './lib/effects.ts';
import { openStack, type Stack } from './lib/open-stack.ts';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

jest.setTimeout(60_000);

let own: OwnDatabase;
/** Embedded, one process at a time has the folder: it is opened when the children are gone. */
const withStack = async <T>(work: (stack: Stack) => Promise<T>): Promise<T> => {
  const stack = await openStack(own);
  try {
    return await work(stack);
  } finally {
    await stack.close();
  }
};
const isNative = () => own.url !== null;

const children: Child[] = [];
function startChild(program: string, place: ChildPlace, ...args: string[]): Child {
  const child = spawnChild(program, place, ...args);
  children.push(child);
  return child;
}

beforeAll(async () => {
  own = await createOwnDatabase();
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});
afterAll(() => own.drop());

const caller = testCaller();

/** The first lines of a child, which goes on. */
async function firstLines(child: Child, count: number): Promise<string[]> {
  const said: string[] = [];
  while (said.length < count) {
    const line = await child.next();
    if (line === null) throw new Error(`it ended after ${said.length} lines`);
    said.push(line);
  }
  return said;
}

describe('several processes on one new database', () => {
  test('all bring it up to date at once: each migration runs once', async () => {
    const starting = Array.from({ length: isNative() ? 3 : 1 }, () => startChild('migrate', own));
    const ran = (await Promise.all(starting.map((child) => child.rest()))).flat().map(Number);
    expect(ran.sort((a, b) => b - a)).toEqual([migrations.length, ...ran.slice(1).map(() => 0)]);
    expect(ran).toHaveLength(starting.length);
    await withStack(async ({ database }) => expect(await pendingMigrations(database, migrations)).toEqual([]));
  });
});

describe('a data folder', () => {
  test('is refused to a second process in one sentence while the first lives, and free when that was killed', async () => {
    const { folder } = own;
    const embedded = { url: null, folder: `${folder}/held` };
    const open = () =>
      openDatabase({ url: null, dataFolder: embedded.folder, poolSize: 1, entities: [], logger: silentLogger });
    const holder = startChild('hold', embedded);
    expect(await holder.next()).toBe('open');
    await expect(open()).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `The data folder ${embedded.folder} is in use by another process; stop that one, or set RAE_DATA_DIR to another folder.`,
    });
    await holder.kill();
    const database = await open();
    expect(await pendingMigrations(database, migrations)).toEqual([]);
    await database.close();
  });
});

describe('the thread of the embedded database', () => {
  test('that dies is told once, and whoever asks is DEPENDENCY_UNAVAILABLE instead of waiting for ever', async () => {
    const child = startChild('lose-thread', { url: null, folder: `${own.folder}/lost` });
    expect(await child.rest()).toEqual([
      'under way: DEPENDENCY_UNAVAILABLE',
      'told: the embedded database stopped; start the server again',
      'after: DEPENDENCY_UNAVAILABLE',
      'after: DEPENDENCY_UNAVAILABLE',
      'closed',
    ]);
  });
});

describe('a process that is killed', () => {
  test('amid its writes loses nothing that it acknowledged, and leaves no row without its event', async () => {
    const acknowledged: string[] = [];
    for (const round of ['first', 'second']) {
      const writer = startChild('write', own, caller.tenantId, round);
      acknowledged.push(...(await firstLines(writer, 100)));
      await writer.kill();
      acknowledged.push(...(await writer.rest()));
    }
    await withStack(async (stack) => {
      const [rows, events] = await Promise.all(
        ['select subject from platform.jobs', 'select subject from platform.events'].map((sql) =>
          stack.as(caller, (tx) =>
            tx.query<{ subject: string }>(`${sql} where subject ~ '^(first|second)-' order by subject`),
          ),
        ),
      );
      expect(events).toEqual(rows);
      const kept = new Set(rows?.map(({ subject }) => subject));
      expect(acknowledged.length).toBeGreaterThanOrEqual(200);
      expect(acknowledged.filter((subject) => !kept.has(subject))).toEqual([]);
    });
  });

  test('amid its batches has handled no event twice and leaves none out, alone and together with others', async () => {
    const name = `test.${uuidv7()}`;
    const written = await withStack(async (stack) => {
      await makeEffects(stack);
      const find = `select subject from platform.events where type = 'test.written' order by epoch, tx, seq`;
      return stack.as(caller, (tx) => tx.query<{ subject: string }>(find));
    });
    expect(written.length).toBeGreaterThanOrEqual(200);
    const copies = Array.from({ length: isNative() ? 3 : 1 }, () => startChild('consume', own, name));
    await Promise.race(copies.map((copy) => copy.next())); // a batch of 100 is durable, the next one is under way
    await Promise.all(copies.map((copy) => copy.kill()));
    await withStack(async (stack) => {
      let handled = 0;
      const consumer = startEffects(stack, name, 'test.written', () => {
        handled += 1;
      });
      const find = 'select subject from test.effects order by number';
      const findEffects = () => stack.as(caller, (tx) => tx.query<{ subject: string }>(find));
      while ((await findEffects()).length < written.length) await consumer.drain();
      await consumer.drain();
      expect(handled).toBeLessThan(written.length); // the killed ones had a part
      expect(await findEffects()).toEqual(written);
      await consumer.close();
    });
  });

  test('between the claim and the end of a job leaves it to another one after its lease', async () => {
    const kind = `test.${uuidv7()}`;
    await withStack((stack) =>
      stack.as(caller, async (tx) => {
        for (const subject of ['a', 'b']) await enqueue(tx, { kind, subject, payload: {} });
      }),
    );
    const worker = startChild('work', own, kind, '1000');
    expect(await worker.next()).toBe('claimed 2');
    await worker.kill();
    await withStack(async (stack) => {
      const ran: [string, number][] = [];
      const runner = createJobRunner(
        {
          kind,
          batch: 10,
          leaseMs: 30_000,
          callerOf: ({ tenantId }) => testCaller(tenantId),
          run: async (jobs) => async () =>
            void ran.push(...jobs.map(({ subject, attempt }): [string, number] => [subject, attempt])),
        },
        {
          transactAsWorker: stack.asWorker,
          transactAs: stack.as,
          wakeUp: stack.wakeUp,
          logger: silentLogger,
          metrics: createMetrics(),
        },
      );
      while (ran.length < 2) await runner.drain();
      await runner.close();
      expect(ran.sort()).toEqual([
        ['a', 2],
        ['b', 2],
      ]);
    });
  });
});

describe('two processes', () => {
  test('that do 40 equal things under equal keys at once do each once, and both have its result', async () => {
    await withStack((stack) =>
      stack.as(caller, (tx) =>
        tx.query(`insert into platform.tenants (id, name, created_at) values ($1, 'twins', now())`, [caller.tenantId]),
      ),
    );
    const start = () => startChild('once', own, caller.tenantId);
    const said: string[][] = [];
    if (isNative()) said.push(...(await Promise.all([start().rest(), start().rest()])));
    else for (let n = 0; n < 2; n++) said.push(await start().rest()); // one after the other, as the folder demands
    const results = said.map((lines) => lines.map((line) => line.split(' ').slice(0, 2)));
    expect(results[0]).toHaveLength(40);
    expect(results[1]).toEqual(results[0]);
    const works = said.flat().filter((line) => line.endsWith('false'));
    expect(works).toHaveLength(40);
    await withStack(async (stack) => {
      const projects = await stack.as(caller, (tx) => tx.query<{ id: string }>('select id from platform.projects'));
      expect(projects.map(({ id }) => id).sort()).toEqual((results[0] ?? []).map(([, id]) => id).sort());
    });
  });
});
