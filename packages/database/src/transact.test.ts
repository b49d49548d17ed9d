import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, NO_CAUSE, systemClock, type Transaction, uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { actAs, actAsWorker, clientOf, createTransact, WORKER_SCOPE } from './transact.ts';
import { assertOutsideTransaction } from './transaction-scope.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const enqueueRow = (tx: Transaction, subject: string, tenantId = tx.caller.tenantId) =>
  tx.query(
    `insert into platform.jobs (id, tenant_id, kind, subject, payload, run_at, created_at) values ($1, $2, 'test', $3, '{}', now(), now())`,
    [uuidv7(), tenantId, subject],
  );

const findSubjects = async (tx: Transaction): Promise<string[]> => {
  const rows = await tx.query<{ subject: string }>('select subject from platform.jobs order by subject');
  return rows.map(({ subject }) => subject);
};

interface Identity {
  role: string;
  tenant: string;
  isolation: string;
}
const WHO = `select current_user as role, current_setting('app.tenant') as tenant, current_setting('transaction_isolation') as isolation`;

describe('a transaction', () => {
  test('is READ COMMITTED under the role and the tenant of its scope', async () => {
    const caller = testCaller();
    const [app] = await db.as(caller, (tx) => tx.query<Identity>(WHO));
    const [worker] = await db.asWorker((tx) => tx.query<Identity>(WHO));
    expect(app).toEqual({ role: 'rae_app', tenant: caller.tenantId, isolation: 'read committed' });
    expect(worker).toEqual({ role: 'rae_worker', tenant: '', isolation: 'read committed' });
  });

  test('keeps what its work wrote and gives back what it returned', async () => {
    const caller = testCaller();
    expect(await db.as(caller, (tx) => enqueueRow(tx, 'a').then(() => 7))).toBe(7);
    expect(await db.as(caller, findSubjects)).toEqual(['a']);
  });

  test('leaves nothing when its work throws, and throws just that', async () => {
    const caller = testCaller();
    const reason = new Error('not today');
    const failed = db.as(caller, async (tx) => {
      await enqueueRow(tx, 'a');
      throw reason;
    });
    await expect(failed).rejects.toBe(reason);
    expect(await db.as(caller, findSubjects)).toEqual([]);
  });

  test('refuses a second one inside: at once, behind an await, in Promise.all and in a timer', async () => {
    const caller = testCaller();
    const nested = () => db.as(caller, async () => {});
    const waysIn: Record<string, () => Promise<unknown>> = {
      'at once': nested,
      'behind an await': () => Promise.resolve().then(nested),
      'in Promise.all': () => Promise.all([Promise.resolve(), nested()]),
      'in a timer': () => new Promise((resolve, reject) => setTimeout(() => nested().then(resolve, reject), 1)),
    };
    for (const [way, enter] of Object.entries(waysIn))
      await db.as(caller, async (tx) => {
        await expect(enter()).rejects.toThrow('a transaction inside a transaction');
        await enqueueRow(tx, way); // the refusal came before anything was sent
      });
    expect(await db.as(caller, findSubjects)).toEqual(Object.keys(waysIn).sort());
  });

  test('may be begun by what an earlier one started, as soon as that has ended', async () => {
    const caller = testCaller();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let later: Promise<string[]> | undefined;
    await db.as(caller, async (tx) => {
      await enqueueRow(tx, 'a');
      later = ended.then(() => db.as(caller, findSubjects));
    });
    end();
    expect(await later).toEqual(['a']);
  });

  test('runs side by side with others that are not inside of it', async () => {
    const caller = testCaller();
    await Promise.all(['a', 'b', 'c'].map((subject) => db.as(caller, (tx) => enqueueRow(tx, subject))));
    expect(await db.as(caller, findSubjects)).toEqual(['a', 'b', 'c']);
  });

  test('is refused for a tenant id that is no UUID', async () => {
    const forged = testCaller("x', true), set_config('role', 'rae_owner");
    await expect(db.as(forged, (tx) => tx.query('select 1'))).rejects.toThrow('a tenant id must be a UUID');
  });

  test('that cannot take its role says why, and does nothing', async () => {
    const unknown = { role: 'rae_nobody' as 'rae_app', caller: testCaller(), cause: NO_CAUSE };
    const statement = db.transact(unknown, (tx) => tx.query('select 1'));
    await expect(statement).rejects.toThrow('role "rae_nobody" does not exist');
    await expect(db.transact(unknown, async () => 'nothing')).rejects.toThrow('role "rae_nobody" does not exist');
  });
});

describe('a statement that failed', () => {
  const bad = (tx: Transaction) => tx.query('select 1 / 0');

  test('fails the whole transaction even where its error was caught', async () => {
    const caller = testCaller();
    const swallowed = db.as(caller, async (tx) => {
      await enqueueRow(tx, 'a');
      await bad(tx).catch(() => {});
      return 'done';
    });
    await expect(swallowed).rejects.toThrow('division by zero');
    expect(await db.as(caller, findSubjects)).toEqual([]);
  });

  test('is what the caller is told of, not the statements that were refused behind it', async () => {
    const failed = db.as(testCaller(), async (tx) => {
      await bad(tx).catch(() => {});
      await tx.query('select 2');
    });
    await expect(failed).rejects.toThrow('division by zero');
  });

  test('takes those along that were sent with it and before it, and the connection goes on', async () => {
    const caller = testCaller();
    const together = db.as(caller, (tx) => Promise.all([enqueueRow(tx, 'a'), bad(tx), enqueueRow(tx, 'b')]));
    await expect(together).rejects.toThrow('division by zero');
    expect(await db.as(caller, findSubjects)).toEqual([]);
  });

  test('may be undone to a savepoint', async () => {
    const caller = testCaller();
    await db.as(caller, async (tx) => {
      await enqueueRow(tx, 'a');
      await tx.query('savepoint here');
      await bad(tx).catch(() => tx.query('rollback to savepoint here'));
      await enqueueRow(tx, 'b');
    });
    expect(await db.as(caller, findSubjects)).toEqual(['a', 'b']);
  });
});

describe('after its end', () => {
  test('a transaction refuses statements, other faces and work: they would run in somebody else’s', async () => {
    const caller = testCaller();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const late: Promise<unknown>[] = [];
    const tries: ((tx: Transaction) => unknown)[] = [
      (tx) => enqueueRow(tx, 'late'),
      (tx) => actAs(tx, testCaller()),
      (tx) => actAsWorker(tx),
      (tx) => clientOf(tx),
      (tx) => tx.beforeCommit('a', async () => {}),
      (tx) => tx.afterCommit(() => {}),
      (tx) => tx.wake('topic'),
    ];
    const failed = db.as(caller, async (tx) => {
      const acting = await actAs(tx, caller);
      for (const face of [tx, acting]) for (const attempt of tries) late.push(ended.then(() => attempt(face)));
      throw new Error('one of several failed');
    });
    await expect(failed).rejects.toThrow('one of several failed');
    end();
    const refusals = await Promise.allSettled(late);
    expect(refusals).toHaveLength(14);
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ status: 'rejected', reason: { message: /this transaction has ended/ } });
    expect(await db.as(caller, findSubjects)).toEqual([]);
  });
});

describe('assertOutsideTransaction', () => {
  test('throws inside a transaction, also behind an await, and neither before nor after', async () => {
    const ask = () => assertOutsideTransaction('asking a model');
    ask();
    await db.as(testCaller(), async (tx) => {
      expect(ask).toThrow('asking a model inside a transaction');
      await tx.query('select 1');
      expect(ask).toThrow('asking a model inside a transaction');
    });
    ask();
  });
});

describe('the end of a transaction', () => {
  test('runs beforeCommit work last, in order of its keys, inside', async () => {
    const caller = testCaller();
    const order: string[] = [];
    await db.as(caller, async (tx) => {
      for (const key of ['b', 'c', 'a'])
        tx.beforeCommit(key, async () => {
          expect(() => assertOutsideTransaction('this')).toThrow('inside');
          await enqueueRow(tx, key);
          order.push(key);
        });
      order.push('work');
    });
    expect(order).toEqual(['work', 'a', 'b', 'c']);
    expect(await db.as(caller, findSubjects)).toEqual(['a', 'b', 'c']);
  });

  test('runs afterCommit work when the rows are there for others, outside, and not after a rollback', async () => {
    const caller = testCaller();
    const { promise: seen, resolve } = Promise.withResolvers<string[]>();
    await db.as(caller, async (tx) => {
      await enqueueRow(tx, 'a');
      tx.afterCommit(() => resolve(db.as(caller, findSubjects)));
    });
    expect(await seen).toEqual(['a']);
    let ran = false;
    const failed = db.as(caller, async (tx) => {
      tx.afterCommit(() => {
        ran = true;
      });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(ran).toBe(false);
  });

  test('hints at a topic after a commit and not after a rollback', async () => {
    const [kept, lost] = [uuidv7(), uuidv7()];
    const { promise: hinted, resolve } = Promise.withResolvers<void>();
    const heard: string[] = [];
    const stops = [kept, lost].map((topic) => db.wakeUp.subscribe(topic, () => void heard.push(topic)));
    stops.push(db.wakeUp.subscribe('last', resolve));
    await db
      .as(testCaller(), async (tx) => {
        tx.wake(lost);
        throw new Error('no');
      })
      .catch(() => {});
    await db.as(testCaller(), async (tx) => tx.wake(kept));
    db.wakeUp.notify('last');
    await hinted;
    expect(heard).toEqual([kept]);
    for (const stop of stops) stop();
  });
});

describe('a named statement', () => {
  test('serves 2 helpers on one database and 8 transactions at once', async () => {
    const named = { name: 'test_echo', text: 'select $1::int as n' };
    const helpers = [db.transact, createTransact(db.database, systemClock, db.wakeUp)];
    const answers = await Promise.all(
      [0, 1, 2, 3].flatMap((n) =>
        helpers.map((transact) => transact(WORKER_SCOPE, (tx) => tx.query<{ n: number }>(named, [n]))),
      ),
    );
    expect(answers.map(([row]) => row?.n)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });
});

describe('actAs', () => {
  test('makes the rest of a worker’s transaction one tenant’s, with its caller and cause, and actAsWorker takes it back', async () => {
    const [one, other] = [testCaller(), testCaller()];
    for (const caller of [one, other]) await db.as(caller, (tx) => enqueueRow(tx, caller.tenantId));
    await db.asWorker(async (tx) => {
      const both = await findSubjects(tx);
      expect(both).toEqual(expect.arrayContaining([one.tenantId, other.tenantId]));
      const acting = await actAs(tx, one, { ...NO_CAUSE, depth: 3 });
      expect([acting.caller, acting.cause.depth]).toEqual([one, 3]);
      expect(await findSubjects(acting)).toEqual([one.tenantId]);
      expect(clientOf(acting)).toBe(clientOf(tx));
      await actAsWorker(tx);
      expect(await findSubjects(tx)).toEqual(both);
    });
  });
});

describe('a transaction of one statement', () => {
  const scopeOf = (caller: Caller) => ({ role: 'rae_app', caller, cause: NO_CAUSE }) as const;
  const alone = <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => db.transact.once(scopeOf(caller), work);

  test('runs under its role and tenant, keeps what it wrote, and leaves neither behind', async () => {
    const callers = Array.from({ length: 12 }, () => testCaller());
    await Promise.all(callers.map((caller) => alone(caller, (tx) => enqueueRow(tx, 'a'))));
    const seen = await Promise.all(callers.map((caller) => alone(caller, findSubjects)));
    expect(seen).toEqual(callers.map(() => ['a']));
    const who = await Promise.all(callers.map((caller) => alone(caller, (tx) => tx.query({ name: 'who', text: WHO }))));
    expect(who).toEqual(
      callers.map(({ tenantId }) => [{ role: 'rae_app', tenant: tenantId, isolation: 'read committed' }]),
    );
    const after = await Promise.all(callers.map(() => db.database.pool.query<Identity>(WHO)));
    for (const { rows } of after)
      expect([rows[0]?.role, rows[0]?.tenant]).toEqual([expect.not.stringMatching('rae_app'), '']);
  });

  test('takes no second statement, and is no connection for others', async () => {
    const caller = testCaller();
    const two = alone(caller, async (tx) => {
      await enqueueRow(tx, 'a');
      await enqueueRow(tx, 'b');
    });
    await expect(two).rejects.toThrow('this transaction has ended');
    expect(await db.as(caller, findSubjects)).toEqual(['a']);
    await expect(alone(caller, async (tx) => clientOf(tx))).rejects.toThrow('no connection of its own');
    await expect(alone(caller, () => db.as(caller, async () => {}))).rejects.toThrow('inside a transaction');
  });

  test('that fails says why, also where its error was caught, and spoils nothing that follows', async () => {
    const caller = testCaller();
    const bad = { name: 'bad', text: 'select 1 / $1::int as one' };
    for (let time = 0; time < 6; time++) {
      const swallowed = alone(caller, (tx) => tx.query(bad, [0]).catch(() => []));
      await expect(swallowed).rejects.toThrow('division by zero');
      await expect(alone(caller, (tx) => tx.query('select nonsense'))).rejects.toThrow('"nonsense" does not exist');
      expect(await alone(caller, (tx) => tx.query(bad, [1]))).toEqual([{ one: 1 }]);
    }
    const unknown = { ...scopeOf(caller), role: 'rae_nobody' as 'rae_app' };
    await expect(db.transact.once(unknown, findSubjects)).rejects.toThrow('role "rae_nobody" does not exist');
    expect(await alone(caller, findSubjects)).toEqual([]);
  });
});
