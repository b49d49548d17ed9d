import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isPlatformError, PlatformError, type Transaction, uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { openDatabase } from './database.ts';
import { toPlatformError } from './database-errors.ts';
import { clientOf } from './transact.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const AWAY = { code: 'DEPENDENCY_UNAVAILABLE', retryable: true, details: { dependency: 'database' } };
const CONTENDED = { code: 'CONFLICT', retryable: true };
const SLOW = { code: 'TIMEOUT', retryable: true };

const raise = (state: string) => (tx: Transaction) =>
  tx.query(`do $$ begin raise exception 'on purpose' using errcode = '${state}'; end $$`);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (isPlatformError(error) ? error.code : 'another error'),
  );

describe('an error of the database', () => {
  test.each([
    ['08006', AWAY],
    ['28P01', AWAY],
    ['53100', AWAY],
    ['53300', AWAY],
    ['57P01', AWAY],
    ['57P03', AWAY],
    ['58030', AWAY],
    ['25006', AWAY],
    ['40001', CONTENDED],
    ['40P01', CONTENDED],
    ['55P03', CONTENDED],
    ['57014', SLOW],
  ])('%s is told as a code, inside the transaction as outside of it', async (state, expected) => {
    let inside: unknown;
    const failed = db.as(testCaller(), (tx) =>
      raise(state)(tx).catch((error: unknown) => {
        inside = error;
        throw error;
      }),
    );
    await expect(failed).rejects.toMatchObject(expected);
    expect(inside).toMatchObject(expected);
  });

  test.each(['23505', '22012', '42P01', 'XX000'])('%s goes on as it is', async (state) => {
    await expect(db.as(testCaller(), raise(state))).rejects.toMatchObject({ code: state, message: 'on purpose' });
  });

  test('is left alone when it is one of ours already, or none at all', () => {
    const ours = new PlatformError('NOT_FOUND', 'no');
    expect([toPlatformError(ours), toPlatformError('text'), toPlatformError(null)]).toEqual([ours, 'text', null]);
  });
});

describe('a database that is away', () => {
  test('is told in one sentence when nothing listens at DATABASE_URL, or it is no URL', async () => {
    const open = (url: string) =>
      openDatabase({
        url,
        dataFolder: '',
        poolSize: 1,
        entities: [],
        logger: { ...console, child: () => null as never },
      });
    for (const url of ['postgres://rae@127.0.0.1:1/rae', 'postgres://rae@127.0.0.1:999999/rae'])
      await expect(open(url)).rejects.toMatchObject({
        code: 'DEPENDENCY_UNAVAILABLE',
        message: /^The database of DATABASE_URL does not answer \(.+\); start it or correct DATABASE_URL\.$/,
        details: { setting: 'DATABASE_URL' },
      });
  });

  const cut = (tx: Transaction): void => {
    const { connection } = clientOf(tx) as unknown as { connection: { stream: Duplex } };
    connection.stream.destroy();
  };

  /** What an administrator does; the embedded database has no second backend that could do it. */
  const endBackend = async (tx: Transaction): Promise<void> => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await db.database.pool.query('select pg_terminate_backend($1)', [row?.pid]);
    await tx.query('select 1');
  };

  test('is DEPENDENCY_UNAVAILABLE to whom a connection breaks under, before a statement, in it or in the commit, and to nobody else', async () => {
    const caller = testCaller();
    const breaks: ((tx: Transaction) => Promise<unknown>)[] = [
      async (tx) => {
        cut(tx);
        await tx.query('select 1');
      },
      (tx) => {
        const asked = tx.query('select pg_sleep(0.05)');
        cut(tx);
        return asked;
      },
      async (tx) => {
        await tx.query('select 1');
        cut(tx);
      },
      ...(db.database.mode === 'native' ? [endBackend] : []),
    ];
    for (const work of breaks) {
      await expect(db.as(caller, work)).rejects.toMatchObject(AWAY);
      expect(await db.as(caller, (tx) => tx.query('select 1 as n'))).toEqual([{ n: 1 }]);
    }
  });
});

describe('two transactions that lock the same rows in another order', () => {
  test('end with CONFLICT for one and a success for the other; embedded they take turns', async () => {
    const caller = testCaller();
    const ids = [uuidv7(), uuidv7()];
    const insert = `insert into platform.jobs (id, tenant_id, kind, subject, payload, run_at, created_at) values ($1, $2, 'x', $3, '{}', now(), now())`;
    for (const id of ids) await db.as(caller, (tx) => tx.query(insert, [id, caller.tenantId, id]));
    const lock = (tx: Transaction, id: string | undefined) =>
      tx.query('update platform.jobs set attempt = attempt + 1 where id = $1', [id]);
    const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const isNative = db.database.mode === 'native';
    const cross = (own: 0 | 1, other: 0 | 1) =>
      db.as(caller, async (tx) => {
        await lock(tx, ids[own]);
        both[own]?.resolve();
        if (isNative) await both[other]?.promise;
        await lock(tx, ids[other]);
      });
    const codes = await Promise.all([codeOf(cross(0, 1)), codeOf(cross(1, 0))]);
    expect(codes.sort()).toEqual(isNative ? ['CONFLICT', 'done'] : ['done', 'done']);
  });
});

describe('a statement that lasts', () => {
  test('is TIMEOUT where the server ends it, and the connection goes on', async () => {
    const caller = testCaller();
    const slow = db.as(caller, async (tx) => {
      await tx.query('set local statement_timeout = 20');
      await tx.query('select pg_sleep(0.2)');
    });
    // PGlite has no clock that could interrupt it.
    expect(await codeOf(slow)).toBe(db.database.mode === 'native' ? 'TIMEOUT' : 'done');
    expect(await db.as(caller, (tx) => tx.query('select 1 as n'))).toEqual([{ n: 1 }]);
  });

  test('does not hold up the main thread: a timer fires while it runs', async () => {
    let ended = false;
    const slow = db
      .as(testCaller(), (tx) => tx.query('select pg_sleep(0.3)'))
      .then(() => {
        ended = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(ended).toBe(false);
    await slow;
    expect(ended).toBe(true);
  });
});
