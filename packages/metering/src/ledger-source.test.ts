import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createChainSigner, keepChain, verifyWholeChain } from '@rae/audit';
import { NO_CAUSE, systemClock, type Transaction, uuidv7 } from '@rae/kernel';
import { openTestDatabase, openTestMetering, type TestDatabase, testCaller, testSpend } from '@rae/testkit';
import { ledgerSource } from './ledger-source.ts';

jest.setTimeout(60_000); // the machine may be busy

const signer = createChainSigner('a secret of 32 characters or more!');
let db: TestDatabase;
let tenant: string;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(() => {
  tenant = uuidv7();
});

const as = <T>(work: (tx: Transaction) => Promise<T>) => db.as(testCaller(tenant), work);

/** So many lines through the ledger's own function, in statements of 500, a day apart; the last is a moment old. */
const APPEND = `select cardinality(platform.append_lines(array_agg(jsonb_populate_record(null::platform.ledger, jsonb_build_object(
    'tenant_id', $1::uuid, 'id', gen_random_uuid(), 'kind', 'CALL', 'project_id', $1::uuid, 'operation', 'QUERY', 'provider', 'openai',
    'model', 'gpt-4o', 'input_tokens', n, 'output_tokens', 10, 'cached_input_tokens', 0, 'cache_write_tokens', 0, 'reasoning_tokens', 0,
    'calls', 1, 'priced', true, 'cost_nano', n * 1000, 'cache_hit', false, 'saved_nano', 0, 'estimated', false, 'latency_ms', 12.5,
    'tags', jsonb_build_array('a', 'ä'), 'metadata', jsonb_build_object('b', n), 'occurred_at', now(),
    'created_at', now() - make_interval(days => $3 - n))) order by n))) from generate_series($2::int, $2 + 499) as n where n <= $3`;
async function write(lines: number): Promise<void> {
  for (let n = 1; n <= lines; n += 500) await as((tx) => tx.query(APPEND, [tenant, n, lines]));
}

const idOf = async (number: number): Promise<string | undefined> =>
  (await as((tx) => tx.query<{ id: string }>('select id from platform.ledger where number = $1', [number])))[0]?.id;
const verify = () =>
  verifyWholeChain({ caller: testCaller(tenant), source: ledgerSource, signer, read: as }, { from: null, to: null });
const keep = (days: number) =>
  keepChain(
    { transactAs: db.as, transactAsWorker: db.asWorker, signer, now: new Date() },
    testCaller(tenant),
    ledgerSource,
    days,
  );

/** What somebody does who holds the database. */
const tamper = (sql: string) =>
  db.transact({ role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE }, async (tx) => {
    await tx.query('alter table platform.ledger no force row level security');
    await tx.query(sql, [tenant]);
    await tx.query('alter table platform.ledger force row level security');
  });

describe('a ledger of 4 100 lines, more than two pages', () => {
  const ledger = uuidv7();
  beforeAll(async () => {
    tenant = ledger;
    await write(4_100);
  });
  beforeEach(() => {
    tenant = ledger;
  });

  test('is valid', async () => {
    expect(await verify()).toEqual({ valid: true, entries: 4_100, firstBrokenId: null, checkpoints: 0 });
  });

  test('whose labels were erased is valid', async () => {
    await tamper(
      `update platform.ledger set tags = '{}', metadata = '{}' where tenant_id = $1 and number between 5 and 9`,
    );
    expect((await verify()).valid).toBe(true);
  });

  // each earlier than the one before, since the earliest is named
  test.each([
    ['another project', 'update platform.ledger set project_id = id where tenant_id = $1 and number = 4100', 4_100],
    [
      'a changed cost',
      'update platform.ledger set cost_nano = cost_nano - 1 where tenant_id = $1 and number = 4001',
      4_001,
    ],
    [
      'a missing line at the border of a page',
      'delete from platform.ledger where tenant_id = $1 and number = 4000',
      4_001,
    ],
    ['2 100 missing lines', 'delete from platform.ledger where tenant_id = $1 and number between 1500 and 3599', 3_600],
    ['a changed tag', `update platform.ledger set tags = '{b}' where tenant_id = $1 and number = 1400`, 1_400],
    ['changed usage', 'update platform.ledger set output_tokens = 9 where tenant_id = $1 and number = 1', 1],
  ])('with %s is not, and says from which line on', async (_, sql, number) => {
    await tamper(sql);
    expect(await verify()).toMatchObject({ valid: false, firstBrokenId: await idOf(number) });
  });
});

test('a ledger of 10 lines without its newest 3 is not valid, and names the last that is left', async () => {
  await write(10);
  await tamper('delete from platform.ledger where tenant_id = $1 and number > 7');
  expect(await verify()).toMatchObject({ valid: false, firstBrokenId: await idOf(7) });
});

test('a ledger of 800 days keeps 730 behind a signed line, is valid from there, and not with one line less', async () => {
  await write(800);
  expect(await keep(730)).toEqual({ signed: true, pruned: 70, broken: null });
  expect(await verify()).toMatchObject({ valid: true, entries: 730, checkpoints: 1 });
  await tamper('delete from platform.ledger where tenant_id = $1 and number = 71');
  expect(await verify()).toMatchObject({ valid: false, firstBrokenId: await idOf(72) });
});

test('lines that calls left are valid, those of 40 parallel ones among them', async () => {
  const metering = openTestMetering(db, systemClock);
  const spend = testSpend({ caller: testCaller(tenant) });
  const usage = { inputTokens: 100, outputTokens: 10, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  await Promise.all(
    Array.from({ length: 40 }, () =>
      metering.record(spend, { model: 'openai/gpt-4o', usage, tags: ['a'], metadata: { b: [1] } }),
    ),
  );
  expect(await verify()).toMatchObject({ valid: true, entries: 40 });
});

test('no line is changed or deleted by rae_app', async () => {
  await write(1);
  for (const sql of [
    'update platform.ledger set cost_nano = 0',
    'delete from platform.ledger',
    'truncate platform.ledger',
  ])
    await expect(as((tx) => tx.query(sql))).rejects.toThrow('permission denied');
  for (const sql of ["update platform.chain_checkpoints set hash = ''", 'delete from platform.chain_checkpoints'])
    await expect(as((tx) => tx.query(sql))).rejects.toThrow('permission denied');
});

test('a ledger_bytes that was replaced makes every line doubtful', async () => {
  await write(2);
  const [{ body } = { body: '' }] = await as((tx) =>
    tx.query<{ body: string }>("select prosrc as body from pg_proc where proname = 'ledger_bytes'"),
  );
  const replace = (text: string) =>
    db.transact({ role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE }, (tx) =>
      tx.query(
        `create or replace function platform.ledger_bytes(l platform.ledger) returns bytea language sql stable as $$${text}$$`,
      ),
    );
  await replace(`${body} `);
  expect(await verify()).toMatchObject({ valid: false, firstBrokenId: await idOf(1) });
  await replace(body);
  expect((await verify()).valid).toBe(true);
});
