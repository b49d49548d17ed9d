import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Caller, JsonValue, Transaction } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { findFirst, once } from './idempotency.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const field = 'createThing';
const done = (result: JsonValue) => async () => result;

const call = <T extends JsonValue>(
  caller: Caller,
  key: string | null,
  input: unknown,
  work: () => Promise<T>,
  of = field,
) => db.as(caller, (tx) => once(tx, { field: of, key, input }, work));

describe('once', () => {
  test.each<[string, JsonValue]>([
    ['an object', { id: 'a', count: 2, tags: ['x'] }],
    ['a text', 'a'],
    ['null', null],
    ['false', false],
  ])('gives the first result again under the same key and input: %s', async (_, result) => {
    const caller = testCaller();
    expect(await call(caller, 'k', { a: 1 }, done(result))).toEqual({ result, replayed: false });
    expect(await call(caller, 'k', { a: 1 }, done('other'))).toEqual({ result, replayed: true });
  });

  test('refuses other input under the same key with IDEMPOTENCY_CONFLICT, and the key stays the first one’s', async () => {
    const caller = testCaller();
    await call(caller, 'k', { a: 1 }, done(1));
    const conflict = call(caller, 'k', { a: 2 }, done(2));
    await expect(conflict).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      retryable: false,
      details: { field: 'idempotencyKey', key: 'k' },
    });
    expect(await call(caller, 'k', { a: 1 }, done(3))).toEqual({ result: 1, replayed: true });
  });

  test('minds neither the order of keys nor fields that are undefined, at any depth, but the order of a list', async () => {
    const caller = testCaller();
    const at = new Date(0);
    await call(caller, 'k', { a: 1, b: { c: [1, { d: null, e: at }] } }, done(1));
    const same = { b: { c: [1, { e: at, d: null }], x: undefined }, a: 1 };
    expect(await call(caller, 'k', same, done(2))).toEqual({ result: 1, replayed: true });
    const other = call(caller, 'k', { a: 1, b: { c: [{ d: null, e: at }, 1] } }, done(3));
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  test('keeps keys apart by tenant and by field', async () => {
    const [one, other] = [testCaller(), testCaller()];
    expect(await call(one, 'k', 1, done('one'))).toEqual({ result: 'one', replayed: false });
    expect(await call(other, 'k', 2, done('other'))).toEqual({ result: 'other', replayed: false });
    expect(await call(one, 'k', 3, done('field'), 'createOther')).toEqual({ result: 'field', replayed: false });
  });

  test('is done each time without a key', async () => {
    const caller = testCaller();
    expect(await call(caller, null, 1, done(1))).toEqual({ result: 1, replayed: false });
    expect(await call(caller, null, 1, done(2))).toEqual({ result: 2, replayed: false });
  });

  test('leaves the key free when the work fails', async () => {
    const caller = testCaller();
    await expect(call(caller, 'k', 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await call(caller, 'k', 2, done('second'))).toEqual({ result: 'second', replayed: false });
  });

  test('is free again 24 hours after its first use, also for other input', async () => {
    const caller = testCaller();
    await call(caller, 'k', 1, done(1));
    const age = (hours: number) => (tx: Transaction) =>
      tx.query(`update platform.idempotency set expires_at = expires_at - make_interval(secs => $1)`, [hours * 3600]);
    await db.as(caller, age(23.9));
    expect(await call(caller, 'k', 1, done(2))).toEqual({ result: 1, replayed: true });
    await db.as(caller, age(0.2));
    expect(await call(caller, 'k', 2, done(2))).toEqual({ result: 2, replayed: false });
    expect(await call(caller, 'k', 2, done(3))).toEqual({ result: 2, replayed: true });
  });

  test('does the work once for 8 equal calls at once, and all have its result', async () => {
    const caller = testCaller();
    let works = 0;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        call(caller, 'k', 1, async () => {
          works += 1;
          return works;
        }),
      ),
    );
    expect(works).toBe(1);
    expect(answers.map(({ result }) => result)).toEqual(Array(8).fill(1));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test('used again inside its own work is CONFLICT, which may be tried again', async () => {
    const caller = testCaller();
    const inside = db.as(caller, (tx) => {
      const request = { field, key: 'k', input: 1 };
      return once(tx, request, async () => (await once(tx, request, done(2))).result);
    });
    await expect(inside).rejects.toMatchObject({ code: 'CONFLICT', retryable: true });
  });

  test.each<[string, string, RegExp]>([
    ['empty', '', /at least 1 character/],
    ['blank', '  ', /at least 1 character/],
    ['of 201 characters', 'k'.repeat(201), /at most 200/],
    ['with a NUL', 'a\0b', /NUL/],
    ['with half a character', '\ud800', /unpaired surrogate/],
  ])('refuses a key that is %s', async (_, key, reason) => {
    const refused = call(testCaller(), key, 1, done(1));
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: reason });
  });

  test('needs a tenant', async () => {
    await expect(call(testCaller(''), 'k', 1, done(1))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('findFirst', () => {
  const first = (caller: Caller, key: string | null, input: unknown) =>
    db.as(caller, (tx) => findFirst(tx, { field, key, input }));

  test('gives the first result, also one that is null, and null where there is none or no key', async () => {
    const caller = testCaller();
    await call(caller, 'k', { a: 1 }, done({ id: 'a' }));
    await call(caller, 'n', { a: 1 }, done(null));
    expect(await first(caller, 'k', { a: 1 })).toEqual({ result: { id: 'a' } });
    expect(await first(caller, 'n', { a: 1 })).toEqual({ result: null });
    expect(await first(caller, 'other', { a: 1 })).toBeNull();
    expect(await first(caller, null, { a: 1 })).toBeNull();
    expect(await first(testCaller(), 'k', { a: 1 })).toBeNull();
  });

  test('refuses other input under the same key, and gives nothing 24 hours after its first use', async () => {
    const caller = testCaller();
    await call(caller, 'k', 1, done(1));
    await expect(first(caller, 'k', 2)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await db.as(caller, (tx) => tx.query(`update platform.idempotency set expires_at = now() - interval '1 second'`));
    expect(await first(caller, 'k', 1)).toBeNull();
  });
});

describe('prune_idempotency', () => {
  test('takes away keys that are free again, of every tenant, and no others', async () => {
    const [one, other] = [testCaller(), testCaller()];
    for (const caller of [one, other]) for (const key of ['old', 'new']) await call(caller, key, 1, done(1));
    const expire = `update platform.idempotency set expires_at = now() - interval '1 second' where key = 'old'`;
    for (const caller of [one, other]) await db.as(caller, (tx) => tx.query(expire));
    await db.asWorker((tx) => tx.query('select platform.prune_idempotency(10000)'));
    for (const caller of [one, other])
      expect(await db.as(caller, (tx) => tx.query('select key from platform.idempotency'))).toEqual([{ key: 'new' }]);
  });
});
