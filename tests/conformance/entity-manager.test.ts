import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineEntity, p } from '@mikro-orm/postgresql';
import { createTransact, type Database, entityManager, openDatabase, type Transact } from '@rae/database';
import { createInProcessWakeUp } from '@rae/events';
import { NO_CAUSE, systemClock, type Transaction, uuidv7 } from '@rae/kernel';
import { silentLogger, testCaller } from '@rae/testkit';
import { openStack } from './lib/open-stack.ts';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

const Tenant = defineEntity({
  name: 'Tenant',
  schema: 'platform',
  tableName: 'tenants',
  properties: { id: p.uuid().primary(), name: p.text(), createdAt: p.datetime() },
});

let own: OwnDatabase;
let database: Database;
let transact: Transact;
beforeAll(async () => {
  own = await createOwnDatabase();
  await (await openStack(own)).close();
  database = await openDatabase({
    url: own.url,
    dataFolder: own.folder,
    poolSize: 4,
    entities: [Tenant],
    logger: silentLogger,
  });
  transact = createTransact(database, systemClock, createInProcessWakeUp());
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const as = <T>(tenantId: string, work: (tx: Transaction) => Promise<T>) =>
  transact({ role: 'rae_app', caller: testCaller(tenantId), cause: NO_CAUSE }, work);
const insert = (tx: Transaction, name: string) =>
  tx.query('insert into platform.tenants (id, name, created_at) values ($1, $2, now())', [tx.caller.tenantId, name]);
const nameOf = async (tx: Transaction) =>
  (await tx.query<{ name: string }>('select name from platform.tenants'))[0]?.name;

test('the entity manager sees what SQL wrote in the same transaction, and SQL sees what it flushed', async () => {
  const id = uuidv7();
  await as(id, async (tx) => {
    await insert(tx, 'by SQL');
    const found = await (await entityManager(database, tx)).findOneOrFail(Tenant, { id });
    expect(found.name).toBe('by SQL');
  });
  const other = uuidv7();
  await as(other, async (tx) => {
    const em = await entityManager(database, tx);
    em.create(Tenant, { id: other, name: 'by entity', createdAt: new Date() });
    await em.flush();
    expect(await nameOf(tx)).toBe('by entity');
  });
  expect(await as(other, nameOf)).toBe('by entity');
});

test('what the entity manager flushed is rolled back with the transaction, and what it flushes fails with it', async () => {
  const id = uuidv7();
  const create = async (tx: Transaction) => {
    const em = await entityManager(database, tx);
    em.create(Tenant, { id, name: 'gone', createdAt: new Date() });
    await em.flush();
  };
  const failed = as(id, async (tx) => {
    await create(tx);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await as(id, nameOf)).toBeUndefined();
  await as(id, create);
  await expect(as(id, create)).rejects.toThrow('duplicate key');
});

test('the entity manager sees and writes its tenant’s rows alone', async () => {
  const [one, other] = [uuidv7(), uuidv7()];
  await as(one, (tx) => insert(tx, 'mine'));
  await as(other, async (tx) => {
    const em = await entityManager(database, tx);
    expect(await em.find(Tenant, {})).toEqual([]);
    em.create(Tenant, { id: uuidv7(), name: 'forged', createdAt: new Date() });
    await expect(em.flush()).rejects.toThrow('row-level security');
    await tx.query('select 1').catch(() => {});
  }).catch(() => {});
  expect(await as(one, nameOf)).toBe('mine');
});

test('the entity manager is refused every statement once its transaction has ended', async () => {
  const id = uuidv7();
  const em = await as(id, async (tx) => entityManager(database, tx));
  await expect(em.find(Tenant, {})).rejects.toThrow('this transaction has ended');
});

test('12 transactions with entity managers at once on 4 connections keep to themselves', async () => {
  const ids = Array.from({ length: 12 }, () => uuidv7());
  const names = await Promise.all(
    ids.map((id) =>
      as(id, async (tx) => {
        const em = await entityManager(database, tx);
        em.create(Tenant, { id, name: id, createdAt: new Date() });
        await em.flush();
        const all = await (await entityManager(database, tx)).find(Tenant, {});
        return all.map(({ name }) => name);
      }),
    ),
  );
  expect(names).toEqual(ids.map((id) => [id]));
});
