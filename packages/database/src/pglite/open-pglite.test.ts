import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedServer, openPglite } from './open-pglite.ts';

const folder = mkdtempSync(join(tmpdir(), 'rae-pglite-'));
const data = join(folder, 'data');
let server: EmbeddedServer;

const notCrashed = (error: Error) => {
  throw error;
};
const connect = async (options: pg.ClientConfig = {}): Promise<pg.Client> => {
  const client = new pg.Client({
    stream: () => server.connect(),
    user: 'postgres',
    database: 'postgres',
    pipeline: true,
    ...options,
  });
  client.on('error', () => {}); // a connection that is cut says so
  await client.connect();
  return client;
};
const breakOff = (client: pg.Client): void => {
  const { connection } = client as unknown as { connection: { stream: Duplex } };
  connection.stream.destroy();
};

beforeAll(async () => {
  server = await openPglite(data, notCrashed);
  const client = await connect();
  await client.query('create table kept (n int)');
  await client.end();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const readKept = async (client: pg.Client): Promise<number[]> =>
  (await client.query<{ n: number }>('select n from kept order by n')).rows.map(({ n }) => n);

describe('clients of the one backend', () => {
  test('never get each other’s answers: 4 of them, 200 statements each, sent ahead, every 5th an error', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => connect()));
    const ask = (client: pg.Client, id: number, n: number) =>
      client
        .query<{ said: string }>({ text: `select $1::text || (1 / $2::int) as said`, values: [`${id}-${n}-`, n % 5] })
        .then(
          ({ rows }) => rows[0]?.said,
          (error: Error) => error.message,
        );
    for (const [id, client] of clients.entries()) {
      const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask(client, id, n)));
      expect(answers).toEqual(
        Array.from({ length: 200 }, (_, n) => (n % 5 ? `${id}-${n}-${n % 5 === 1 ? 1 : 0}` : 'division by zero')),
      );
    }
    const mixed = await Promise.all(
      clients.flatMap((client, id) => Array.from({ length: 50 }, (_, n) => ask(client, id, n * 5 + 1))),
    );
    expect(mixed).toEqual(clients.flatMap((_, id) => Array.from({ length: 50 }, (_, n) => `${id}-${n * 5 + 1}-1`)));
    await Promise.all(clients.map((client) => client.end()));
  });

  test('wait while another has a transaction open, and are served when it ends', async () => {
    const [holder, waiting] = [await connect(), await connect()];
    await holder.query('begin');
    await holder.query('insert into kept values (1)');
    let served = false;
    const seen = readKept(waiting).then((kept) => {
      served = true;
      return kept;
    });
    await holder.query('select 1');
    expect(served).toBe(false);
    await holder.query('rollback');
    expect(await seen).toEqual([]);
    await Promise.all([holder.end(), waiting.end()]);
  });

  test.each<[string, (client: pg.Client) => unknown]>([
    ['breaks off', breakOff],
    ['says goodbye', (client) => client.end()],
    ['breaks off after an error', (client) => client.query('select 1 / 0').catch(() => breakOff(client))],
    [
      'breaks off amid a statement',
      (client) => {
        client.query('insert into kept select generate_series(1, 100000)').catch(() => {});
        breakOff(client);
      },
    ],
  ])('are rid of one that %s inside a transaction: it is rolled back and the others go on', async (_, leave) => {
    const [leaver, other] = [await connect(), await connect()];
    await leaver.query('begin');
    await leaver.query('insert into kept values (1)');
    const waiting = readKept(other);
    await leave(leaver);
    expect(await waiting).toEqual([]);
    await other.end();
  });

  test('who ask for TLS are told that there is none, and one that goes on without is served', async () => {
    await expect(connect({ ssl: true })).rejects.toThrow('The server does not support SSL connections');
    const client = await connect();
    expect(await readKept(client)).toEqual([]);
    await client.end();
  });

  test('send and get 5 MB in one statement', async () => {
    const client = await connect();
    const big = 'ä'.repeat(2_500_000);
    const { rows } = await client.query('select $1::text as big, $1::text as twice', [big]);
    expect([rows[0].big === big, rows[0].twice === big]).toEqual([true, true]);
    await client.end();
  });
});

describe('a data folder', () => {
  test('has its rows and its id again after a restart, and none of a transaction that was open', async () => {
    const { systemId } = server;
    const client = await connect();
    await client.query('insert into kept values (1), (2)');
    await client.query('begin; delete from kept');
    breakOff(client);
    await server.close();
    server = await openPglite(data, notCrashed);
    expect(server.systemId).toBe(systemId);
    const again = await connect();
    expect(await readKept(again)).toEqual([1, 2]);
    await again.query('delete from kept');
    await again.end();
  });

  test('is refused to a second opener in one sentence, and the first goes on', async () => {
    await expect(openPglite(data, notCrashed)).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: false,
      message: `The data folder ${data} is in use by another process; stop that one, or set RAE_DATA_DIR to another folder.`,
    });
    const client = await connect();
    expect(await readKept(client)).toEqual([]);
    await client.end();
  });

  test('that holds no database but something else is refused in one sentence, left as it is, and free again', async () => {
    const damaged = join(folder, 'damaged');
    mkdirSync(join(damaged, 'postgres'), { recursive: true });
    writeFileSync(join(damaged, 'postgres', 'PG_VERSION'), '18\n');
    for (const _ of [1, 2])
      await expect(openPglite(damaged, notCrashed)).rejects.toMatchObject({
        code: 'DEPENDENCY_UNAVAILABLE',
        message: `The data folder ${damaged} could not be opened as a database; restore it from a backup, or set RAE_DATA_DIR to an empty folder.`,
      });
    expect(readdirSync(join(damaged, 'postgres'))).toContain('PG_VERSION');
  });

  test('whose first start was cut short is made anew', async () => {
    const half = join(folder, 'half');
    mkdirSync(join(half, 'postgres', 'base'), { recursive: true });
    writeFileSync(join(half, 'postgres', 'PG_VERSION'), '18\n');
    writeFileSync(join(half, 'unfinished'), '');
    const made = await openPglite(half, notCrashed);
    expect(made.systemId).not.toBe(server.systemId);
    await made.close();
    expect(readdirSync(half)).not.toContain('unfinished');
  });

  test('that is a file, or lies in one, is refused in one sentence', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const wrong of [file, join(file, 'below')])
      await expect(openPglite(wrong, notCrashed)).rejects.toMatchObject({
        code: 'DEPENDENCY_UNAVAILABLE',
        message: expect.stringMatching(
          /cannot be used \(.+\); set RAE_DATA_DIR to a folder that this process may write\.$/,
        ),
      });
  });
});
