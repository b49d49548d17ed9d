import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, jest, test } from '@jest/globals';
import { createEventFeed, type EventStream, encodeCursor, type LogEvent, recordEvent } from '@rae/events';
import { silentLogger, testCaller } from '@rae/testkit';
import { makeEffects, startEffects } from './lib/effects.ts';
import { openStack, type Stack } from './lib/open-stack.ts';
import { createOwnDatabase, inDatabase, type OwnDatabase, withClient } from './lib/own-database.ts';

jest.setTimeout(60_000);

const { DATABASE_ADMIN_URL, DATABASE_RESTORE_URL, PG_BIN } = process.env;

type Place = Pick<OwnDatabase, 'url' | 'folder'>;

/** What a test opened, to be closed last first. */
const leftovers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of leftovers.splice(0).reverse()) await close();
});

const caller = testCaller();
const TYPE = 'test.restored';

const record = (stack: Stack, subject: string) =>
  stack.as(caller, (tx) => recordEvent(tx, { type: TYPE, projectId: null, subject, payload: {} }));

async function hear(
  stack: Stack,
  after: string | null,
  count: number,
  meanwhile = async () => {},
): Promise<LogEvent[]> {
  const feed = createEventFeed({
    readAsWorker: stack.asWorker,
    readAs: (of) => (work) => stack.as(of, work),
    wakeUp: stack.wakeUp,
    logger: silentLogger,
  });
  const stream: EventStream<LogEvent> = await feed.subscribe({ caller, matches: () => true, after, signal: null });
  await meanwhile();
  const heard: LogEvent[] = [];
  while (heard.length < count) {
    const { value } = await stream.next();
    if (value) heard.push(value);
  }
  await feed.close();
  return heard;
}

/** A dump of one cluster, restored into another by its own tools. */
async function restoreDump(from: string, to: string, bin: string): Promise<Place & { drop: () => Promise<unknown> }> {
  const run = promisify(execFile);
  const name = `restored_${randomBytes(6).toString('hex')}`;
  const { stdout: roles } = await run(join(bin, 'pg_dumpall'), ['--roles-only', '--dbname', from]);
  const { stdout: dump } = await run(join(bin, 'pg_dump'), ['--dbname', from], { maxBuffer: 64 * 1024 * 1024 });
  await psql(bin, to, roles, false); // the superuser is there already
  await withClient(to, (client) => client.query(`create database ${name} owner rae`));
  await psql(bin, inDatabase(to, name), dump, true);
  const url = new URL(inDatabase(to, name));
  url.username = 'rae';
  const drop = () => withClient(to, (client) => client.query(`drop database ${name} with (force)`));
  return { url: url.href, folder: '', drop };
}

const TABLES = [
  'platform.events',
  'platform.event_cursors',
  'platform.event_quarantine',
  'platform.event_log',
  'test.effects',
];

/** The embedded database has no tools of its own: the rows of the log, read from one folder and put into another. */
async function copyRows(from: Stack, folder: string): Promise<void> {
  const to = await openStack({ url: null, folder });
  await makeEffects(to);
  for (const table of TABLES) {
    const { rows } = await from.database.pool.query(`select coalesce(jsonb_agg(t), '[]')::text as all from ${table} t`);
    await to.database.pool.query(`delete from ${table}`);
    const insert = `insert into ${table} overriding system value select * from jsonb_populate_recordset(null::${table}, $1)`;
    await to.database.pool.query(insert, [rows[0].all]);
  }
  await to.database.pool.query(`select setval(pg_get_serial_sequence('test.effects', 'number'), 1000)`);
  await to.close();
}

/** By what the mode has; a server of one's own without the tools is not one of the modes that are tested. */
async function restore(source: Stack, own: OwnDatabase): Promise<Place & { drop: () => Promise<unknown> }> {
  if (own.url === null) {
    const folder = join(own.folder, 'restored');
    await copyRows(source, folder);
    return { url: null, folder, drop: async () => {} };
  }
  if (!DATABASE_ADMIN_URL || !DATABASE_RESTORE_URL || !PG_BIN)
    throw new Error('set DATABASE_ADMIN_URL, DATABASE_RESTORE_URL and PG_BIN as scripts/with-services.mjs does');
  return restoreDump(inDatabase(DATABASE_ADMIN_URL, new URL(own.url).pathname.slice(1)), DATABASE_RESTORE_URL, PG_BIN);
}

async function psql(bin: string, url: string, script: string, strict: boolean): Promise<void> {
  const running = promisify(execFile)(join(bin, 'psql'), ['-q', '-v', `ON_ERROR_STOP=${strict ? 1 : 0}`, url]);
  running.child.stdin?.end(script);
  await running;
}

test('a database restored into another cluster goes on: subscriptions and consumers go from old events to new ones', async () => {
  const own = await createOwnDatabase();
  leftovers.push(own.drop);
  const source = await openStack(own);
  leftovers.push(source.close);
  await makeEffects(source);
  // Far ahead of where the other cluster's transaction ids stand.
  await source.database.pool.query(
    'do $$ begin for n in 1..5000 loop perform pg_current_xact_id(); commit; end loop; end $$',
  );
  const before = await hear(source, null, 2, async () => {
    for (const subject of ['a', 'b']) await record(source, subject);
  });
  const consumer = startEffects(source, 'test.restored', TYPE, () => {});
  const findEffects = (stack: Stack) =>
    stack.as(caller, (tx) => tx.query<{ subject: string }>('select subject from test.effects order by number'));
  while ((await findEffects(source)).length < 2) await consumer.drain();
  await consumer.close();
  for (const subject of ['c', 'd']) await record(source, subject); // restored before anybody heard of them

  const other = await restore(source, own);
  leftovers.push(other.drop);
  const restored = await openStack(other);
  leftovers.push(restored.close);
  for (const subject of ['e', 'f']) await record(restored, subject);
  const [a = '', b = ''] = before.map(({ position }) => encodeCursor(position));
  const heard = await hear(restored, a, 5);
  expect(heard.map(({ subject }) => subject)).toEqual([...'bcdef']);
  expect(heard.map(({ position }) => position.epoch)).toEqual([1, 1, 1, 2, 2]);
  expect(Number(heard[4]?.position.tx)).toBeLessThan(Number(heard[0]?.position.tx));
  expect((await hear(restored, b, 4)).map(({ subject }) => subject)).toEqual([...'cdef']);
  const [, , , e = ''] = heard.map(({ position }) => encodeCursor(position));
  expect((await hear(restored, e, 1))[0]?.subject).toBe('f');
  const goesOn = startEffects(restored, 'test.restored', TYPE, () => {});
  leftovers.push(goesOn.close);
  while ((await findEffects(restored)).length < 6) await goesOn.drain();
  expect((await findEffects(restored)).map(({ subject }) => subject)).toEqual([...'abcdef']);
});
