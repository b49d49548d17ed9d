// How fast verifyLedger checks a chain, embedded or on the Postgres of DATABASE_URL, and what it costs others meanwhile:
//   node tests/performance/verify-ledger.ts [--lines 200000]
import { setTimeout as wait } from 'node:timers/promises';
import { createChainSigner, type VerifyOptions, verifyWholeChain } from '@rae/audit';
import { ledgerSource } from '@rae/metering';
import { openTestDatabase, testCaller } from '@rae/testkit';
import { latencies, option, printConditions } from './lib/report.ts';
import { readServerCpu } from './lib/server-cpu.ts';

const LINES = Number(option('lines', '200000'));
const AT_ONCE = 200;
const APPEND = `select cardinality(platform.append_lines(array_agg(jsonb_populate_record(null::platform.ledger, jsonb_build_object(
    'tenant_id', $1::uuid, 'id', gen_random_uuid(), 'kind', 'CALL', 'project_id', gen_random_uuid(), 'user_id', 'user-' || n % 100,
    'agent_id', 'agent-' || n % 10, 'session_id', 'session-' || n % 1000, 'api_key_id', gen_random_uuid(), 'reservation_id', gen_random_uuid(),
    'subject_type', 'answer', 'subject_id', gen_random_uuid()::text, 'operation', 'QUERY', 'provider', 'openai', 'model', 'gpt-4o',
    'input_tokens', 1200 + n % 900, 'output_tokens', n % 400, 'cached_input_tokens', n % 1000, 'cache_write_tokens', 0, 'reasoning_tokens', 0,
    'calls', 1, 'priced', true, 'cost_nano', n * 1000, 'price', '{"origin": "TABLE", "inputPerMillion": "2.5", "outputPerMillion": "10"}'::jsonb,
    'cache_hit', false, 'saved_nano', 0, 'estimated', false, 'latency_ms', 812.5, 'ttft_ms', 120.25, 'trace_id', md5(n::text),
    'tags', jsonb_build_array('team-' || n % 5, 'prod'), 'metadata', jsonb_build_object('n', n), 'occurred_at', now(), 'created_at', now()))
  order by n))) from generate_series($2::int, $3::int) as n`;

printConditions(`verifyLedger over ${LINES} lines`);
const db = await openTestDatabase();
const caller = testCaller();
const read: VerifyOptions['read'] = (work) => db.as(caller, work);

const writing = performance.now();
for (let n = 1; n <= LINES; n += AT_ONCE)
  await read((tx) => tx.query(APPEND, [caller.tenantId, n, Math.min(n + AT_ONCE - 1, LINES)]));
console.log(`written in ${((performance.now() - writing) / 1000).toFixed(1)} s`);
await db.database.pool.query('analyze platform.ledger');

const signer = createChainSigner('a secret of 32 characters or more!');
for (let round = 1; round <= 3; round++) {
  const waits: number[] = [];
  let done = false;
  // a bystander on the same database, a statement every 5 ms
  const bystander = (async () => {
    while (!done) {
      const asked = performance.now();
      await read((tx) => tx.query('select 1'));
      waits.push(performance.now() - asked);
      await wait(5);
    }
  })();
  const cpu = await readServerCpu(db.database);
  const started = performance.now();
  const { valid, entries } = await verifyWholeChain(
    { caller, source: ledgerSource, signer, read },
    { from: null, to: null },
  );
  const seconds = (performance.now() - started) / 1000;
  const used = cpu === null ? null : ((await readServerCpu(db.database)) ?? 0) - cpu;
  done = true;
  await bystander;
  const speed = `${entries} lines in ${seconds.toFixed(2)} s, ${Math.round(entries / seconds)} lines/s`;
  const server =
    used === null ? '' : `, ${((used / entries) * 1e6).toFixed(1)} µs of the server's CPU a line with the bystander's`;
  console.log(`round ${round}: valid ${valid}, ${speed}${server}; bystander ${latencies(waits)}`);
}
await db.close();
