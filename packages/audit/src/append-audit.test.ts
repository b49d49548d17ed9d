import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type JsonValue, type Transaction, uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { appendAudit } from './append-audit.ts';
import { type AuditEntry, verifyChain } from './chain.ts';

let db: TestDatabase;

jest.setTimeout(60_000); // the machine may be busy

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const as = <T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.as(testCaller(tenantId), work);

const append = (tenantId: string, detail: { [key: string]: JsonValue }) =>
  as(tenantId, async (tx) => appendAudit(tx, { action: 'test', subject: 'thing:1', detail }));

const readChain = (tenantId: string) =>
  as(tenantId, (tx) =>
    tx.query<AuditEntry>(
      `select tenant_id as "tenantId", number::float8 as number, id, at, actor, action, subject, detail,
        trace_id as "traceId", hash, previous_hash as "previousHash" from platform.audit_log order by number`,
    ),
  );

describe('appendAudit', () => {
  test('60 transactions at once over 2 tenants give 2 unbroken chains of 30 lines each', async () => {
    const tenants = [uuidv7(), uuidv7()] as const;
    await Promise.all(Array.from({ length: 60 }, (_, n) => append(tenants[n % 2 ? 1 : 0], { n })));
    for (const tenant of tenants) {
      const chain = await readChain(tenant);
      expect(chain.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
      expect(verifyChain(chain).firstBrokenId).toBeNull();
      const [head] = await as(tenant, (tx) =>
        tx.query('select number::float8 as number, hash from platform.audit_heads'),
      );
      expect(head).toEqual(verifyChain(chain).head);
    }
  });

  test('a transaction that is rolled back leaves no line and no gap', async () => {
    const tenant = uuidv7();
    await append(tenant, { n: 1 });
    const refused = as(tenant, async (tx) => {
      appendAudit(tx, { action: 'test', subject: 'thing:1', detail: {} });
      tx.beforeCommit('~', () => Promise.reject(new Error('too late')));
    });
    await expect(refused).rejects.toThrow('too late');
    await append(tenant, { n: 2 });
    const chain = await readChain(tenant);
    expect(chain.map(({ detail }) => detail)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(verifyChain(chain).firstBrokenId).toBeNull();
  });

  test('lines of one transaction stand in the order in which they were given', async () => {
    const tenant = uuidv7();
    await as(tenant, async (tx) => {
      for (const action of ['first', 'second', 'third']) appendAudit(tx, { action, subject: 'thing:1', detail: {} });
    });
    const chain = await readChain(tenant);
    expect(chain.map(({ action }) => action)).toEqual(['first', 'second', 'third']);
    expect(verifyChain(chain).firstBrokenId).toBeNull();
  });

  test('a detail of odd numbers, texts and key orders has the same hash when it is read back', async () => {
    const tenant = uuidv7();
    const odd = { z: [1e21, 5e-324, -0, 0.1, 2 ** 53], ä: 'é\u2028"\\😀', a: { '10': 1, '9': [null, true] }, '': '' };
    await append(tenant, odd);
    expect(verifyChain(await readChain(tenant)).firstBrokenId).toBeNull();
  });

  test('no line is changed or deleted by rae_app, and none is seen by rae_worker or another tenant', async () => {
    const tenant = uuidv7();
    await append(tenant, { n: 1 });
    for (const statement of ['update platform.audit_log set actor = null', 'delete from platform.audit_log'])
      await expect(as(tenant, (tx) => tx.query(statement))).rejects.toThrow('permission denied');
    await expect(db.asWorker((tx) => tx.query('select 1 from platform.audit_log'))).rejects.toThrow(
      'permission denied',
    );
    expect(await readChain(uuidv7())).toEqual([]);
  });

  test('of 3 lines that are read back the one with another detail is the first that does not hold', async () => {
    const tenant = uuidv7();
    for (const n of [1, 2, 3]) await append(tenant, { n });
    const [first, second, third] = await readChain(tenant);
    const changed = [first, { ...second, detail: { n: 4 } }, third] as AuditEntry[];
    expect(verifyChain(changed).firstBrokenId).toBe(second?.id);
  });
});
