import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Clock, NO_CAUSE, uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { appendAudit } from './append-audit.ts';
import { auditSource } from './audit-source.ts';
import { createChainSigner } from './checkpoints.ts';
import { keepChain } from './keep-chain.ts';
import { type ChainRange, verifyWholeChain } from './verify-chain.ts';

jest.setTimeout(60_000); // the machine may be busy

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const WHOLE: ChainRange = { from: null, to: null };
const SECRET = 'a secret of 32 characters or more!';
const signer = createChainSigner(SECRET);

let now = START;
const clock: Clock = { now: () => new Date(now) };
let db: TestDatabase;
let tenant: string;

beforeAll(async () => {
  db = await openTestDatabase(clock);
});
afterAll(() => db.close());
beforeEach(() => {
  now = START;
  tenant = uuidv7();
});

const as = <T>(work: Parameters<typeof db.as<T>>[1]) => db.as(testCaller(tenant), work);

/** So many lines, a day apart. */
async function write(lines: number): Promise<void> {
  for (let n = 0; n < lines; n++) {
    await as(async (tx) => appendAudit(tx, { action: 'test', subject: `thing:${n}`, detail: { n } }));
    now += DAY;
  }
}

const ids = async () =>
  (await as((tx) => tx.query<{ id: string }>('select id from platform.audit_log order by number'))).map(({ id }) => id);
const verify = (range = WHOLE, by = signer) =>
  verifyWholeChain({ caller: testCaller(tenant), source: auditSource, signer: by, read: as }, range);
const keep = (days: number | null = null, by = signer) =>
  keepChain(
    { transactAs: db.as, transactAsWorker: db.asWorker, signer: by, now: new Date(now) },
    testCaller(tenant),
    auditSource,
    days,
  );

/** What somebody does who holds the database. */
const tamper = (sql: string, table = 'audit_log') =>
  db.transact({ role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE }, async (tx) => {
    await tx.query(`alter table platform.${table} no force row level security`);
    await tx.query(sql, [tenant]);
    await tx.query(`alter table platform.${table} force row level security`);
  });

describe('a chain of 10 lines', () => {
  beforeEach(() => write(10));

  test('is valid, also when nothing was ever written to another', async () => {
    expect(await verify()).toEqual({ valid: true, entries: 10, firstBrokenId: null, checkpoints: 0 });
    tenant = uuidv7();
    expect(await verify()).toEqual({ valid: true, entries: 0, firstBrokenId: null, checkpoints: 0 });
  });

  test.each([
    ['changed content', "update platform.audit_log set detail = '{}' where tenant_id = $1 and number = 4", 3],
    ['another actor', "update platform.audit_log set actor = 'key:me' where tenant_id = $1 and number = 1", 0],
    ['a changed hash', "update platform.audit_log set hash = sha256('x') where tenant_id = $1 and number = 10", 9],
    ['another place', 'update platform.audit_log set number = 20 where tenant_id = $1 and number = 5', 5],
  ])('with %s names that line or the next', async (_, sql, at) => {
    const before = await ids();
    await tamper(sql);
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: before[at] });
  });

  test('with a line removed names the line behind it: the first, one in the middle', async () => {
    const before = await ids();
    await tamper('delete from platform.audit_log where tenant_id = $1 and number = 6');
    expect((await verify()).firstBrokenId).toBe(before[6]);
    await tamper('delete from platform.audit_log where tenant_id = $1 and number = 1');
    expect((await verify()).firstBrokenId).toBe(before[1]);
  });

  test('with its newest lines removed names the last that is left', async () => {
    const before = await ids();
    await tamper('delete from platform.audit_log where tenant_id = $1 and number > 8');
    expect(await verify()).toMatchObject({ valid: false, entries: 8, firstBrokenId: before[7] });
  });

  test('with all lines removed is not valid', async () => {
    await tamper('delete from platform.audit_log where tenant_id = $1');
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: null });
  });

  test('with a line added names it', async () => {
    await tamper(`insert into platform.audit_log select tenant_id, 11, gen_random_uuid(), at, actor, action, subject, detail, trace_id,
      sha256('x'), hash from platform.audit_log where tenant_id = $1 and number = 10`);
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: (await ids())[10] });
  });

  test('is checked from and to an instant: a changed line outside of that is not seen, one inside is', async () => {
    await tamper("update platform.audit_log set actor = 'key:me' where tenant_id = $1 and number = 3");
    const day = (n: number) => new Date(START + n * DAY);
    expect(await verify({ from: day(5), to: day(7) })).toMatchObject({ valid: true, entries: 3 });
    expect(await verify({ from: day(3), to: null })).toMatchObject({ valid: true, entries: 7 });
    expect(await verify({ from: day(2), to: day(7) })).toMatchObject({ valid: false, entries: 6 });
    expect(await verify({ from: null, to: day(1) })).toMatchObject({ valid: true, entries: 2 });
    expect(await verify({ from: day(20), to: null })).toMatchObject({ valid: true, entries: 0 });
  });
});

describe('a signed head', () => {
  beforeEach(async () => {
    await write(5);
    expect(await keep()).toEqual({ signed: true, pruned: 0, broken: null });
    await write(3);
  });

  test('is made once a day, and is compared', async () => {
    expect(await verify()).toMatchObject({ valid: true, entries: 8, checkpoints: 1 });
    expect((await keep()).signed).toBe(true);
    await write(1);
    now -= DAY;
    expect((await keep()).signed).toBe(false);
    expect((await verify()).checkpoints).toBe(2);
  });

  test('shows a chain that was written anew from its 4th line on, by whoever knows how to', async () => {
    const before = await ids();
    await tamper('delete from platform.audit_log where tenant_id = $1 and number > 3');
    await tamper(
      `update platform.audit_heads h set number = l.number, hash = l.hash from platform.audit_log l
        where h.tenant_id = $1 and l.tenant_id = h.tenant_id and l.number = 3`,
      'audit_heads',
    );
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: before[2], checkpoints: 1 });
    await write(4);
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: (await ids())[4], checkpoints: 1 });
  });

  test('that is forged is not believed, and one of another key is passed over', async () => {
    await tamper("update platform.chain_checkpoints set hash = sha256('x') where tenant_id = $1", 'chain_checkpoints');
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: (await ids())[4] });
    expect(await verify(WHOLE, createChainSigner('another secret'))).toMatchObject({ valid: true, checkpoints: 0 });
  });

  test('under the previous key is believed, and signed anew once, so that the new key alone will do', async () => {
    const [rotated, renewed] = [createChainSigner('a new secret', SECRET), createChainSigner('a new secret')];
    expect(await verify(WHOLE, renewed)).toMatchObject({ checkpoints: 0 });
    expect(await verify(WHOLE, rotated)).toMatchObject({ valid: true, checkpoints: 1 });
    now -= 3 * DAY; // nothing new is due
    for (let time = 0; time < 2; time++)
      expect(await keep(null, rotated)).toEqual({ signed: false, pruned: 0, broken: null });
    const points = await as((tx) =>
      tx.query('select number::int, key_id from platform.chain_checkpoints order by at, key_id = $1', [renewed.keyId]),
    );
    expect(points).toEqual([signer, renewed].map(({ keyId }) => ({ number: 5, key_id: keyId })));
    expect(await verify(WHOLE, rotated)).toMatchObject({ valid: true, checkpoints: 1 });
    expect(await verify(WHOLE, renewed)).toMatchObject({ valid: true, checkpoints: 1 });
  });

  test('that is forged, under the previous key too, is told, and nothing is signed', async () => {
    await tamper("update platform.chain_checkpoints set hash = sha256('x') where tenant_id = $1", 'chain_checkpoints');
    for (const by of [signer, createChainSigner('a new secret', SECRET)])
      expect(await keep(null, by)).toEqual({ signed: false, pruned: 0, broken: 'the signature of line 5' });
    expect(await verify(WHOLE, createChainSigner('a new secret'))).toMatchObject({ checkpoints: 0 });
  });

  test('is not made of a chain that does not hold', async () => {
    await tamper("update platform.audit_log set actor = 'key:me' where tenant_id = $1 and number = 2");
    expect(await keep(1)).toEqual({ signed: false, pruned: 0, broken: (await ids())[1] });
  });
});

describe('lines older than 4 days of 10', () => {
  beforeEach(async () => {
    await write(10);
    expect(await keep(4)).toEqual({ signed: true, pruned: 6, broken: null });
  });

  test('are pruned, and the rest is valid and goes on', async () => {
    await write(2);
    expect(await verify()).toMatchObject({ valid: true, entries: 6, checkpoints: 1 });
    expect((await keep(4)).pruned).toBe(2);
    expect(await verify()).toMatchObject({ valid: true, entries: 4 });
  });

  test('are not to be had with one more: the line behind the signed one missing is found', async () => {
    await tamper('delete from platform.audit_log where tenant_id = $1 and number = 7');
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: (await ids())[0] });
  });

  test('are pruned by nobody without a signed line, and by rae_app not at all', async () => {
    const sql = 'select platform.prune_audit($1, $2)';
    await expect(db.asWorker((tx) => tx.query(sql, [tenant, 8]))).rejects.toThrow('no checkpoint of line 8');
    await expect(as((tx) => tx.query(sql, [tenant, 6]))).rejects.toThrow('permission denied');
  });
});

test('a chain keeps its newest line, however old', async () => {
  await write(3);
  now += 100 * DAY;
  expect((await keep(1)).pruned).toBe(2);
  expect(await verify()).toMatchObject({ valid: true, entries: 1 });
});
