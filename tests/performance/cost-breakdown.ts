// costBreakdown over a ledger of many lines of 31 days: on fixed dimensions from the sums, and by tag from the lines.
//   node tests/performance/cost-breakdown.ts [--lines 1000000] [--rounds 20]
// Postgres where DATABASE_URL is set, as under scripts/with-services.mjs; the embedded database otherwise.
import { type Caller, uuidv7 } from '@rae/kernel';
import { type CostBreakdownInput, costBreakdown, rollUp } from '@rae/metering';
import { createTestContext, openTestDatabase, testCaller } from '@rae/testkit';
import { latencies, option, printConditions } from './lib/report.ts';

const DAY_MS = 86_400_000;
const BATCH = 50_000;

/** 4 projects, 6 operations with a model each, of 3 providers, 40 users, 12 agents, 20 keys, 2 tags of 30; a session is 30 calls of a project. */
const FILL = `insert into platform.ledger (tenant_id, number, id, kind, project_id, user_id, agent_id, session_id, api_key_id, subject_type,
    subject_id, operation, provider, model, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens, calls,
    priced, cost_nano, price, cache_hit, saved_nano, estimated, tags, metadata, labels_hash, occurred_at, created_at, hash, previous_hash)
  select $1, n, gen_random_uuid(), 'CALL', ($2::uuid[])[1 + (n / 30) % 4], 'user' || (n / 30) % 40, 'agent' || (n / 30) % 12, 's' || n / 30,
    ($3::uuid[])[1 + (n / 30) % 20], (array['search', 'memory', 'answer'])[1 + n % 3], 'x' || n,
    (array['QUERY', 'EMBEDDING', 'SUMMARY', 'RERANK', 'REFLECTION', 'EXTERNAL'])[1 + n % 6], (array['openai', 'anthropic', 'google'])[1 + n % 3],
    'model-' || n % 6, 100 + n % 900, n % 400, 0, 0, 0, 1, true, 1000 + n % 100000, $4::jsonb, false, 0, false,
    array['t' || n % 30, 't' || (n * 7) % 30], '{}', $5, $6::timestamptz + ((n - 1)::float8 / $7) * interval '31 days', now(), $5, $5
  from generate_series($8::bigint, $9::bigint) n`;

const HEAD = `insert into platform.ledger_heads (tenant_id, number, hash) values ($1, $2, $3)`;

const lines = Number(option('lines', '1000000'));
const rounds = Number(option('rounds', '20'));
const db = await openTestDatabase();
const caller: Caller = testCaller();
const ctx = createTestContext(db, caller);
const to = new Date();
const from = new Date(to.getTime() - 31 * DAY_MS);

async function fill(): Promise<void> {
  const uuids = (count: number) => Array.from({ length: count }, () => uuidv7());
  const [projects, keys] = [uuids(4), uuids(20)];
  const price = JSON.stringify({ origin: 'TABLE' });
  const hash = Buffer.alloc(32);
  for (let at = 1; at <= lines; at += BATCH) {
    const values = [caller.tenantId, projects, keys, price, hash, from, lines, at, Math.min(lines, at + BATCH - 1)];
    await db.as(caller, (tx) => tx.query(FILL, values));
  }
  await db.as(caller, (tx) => tx.query(HEAD, [caller.tenantId, lines, hash]));
}

async function measure(label: string, input: Partial<CostBreakdownInput>): Promise<void> {
  const waits: number[] = [];
  let rows = 0;
  for (let round = 0; round < rounds; round++) {
    const question = { orderBy: 'USD_DESC', first: 100, timeZone: 'UTC', by: ['MODEL'], from, to, ...input } as const;
    const begun = performance.now();
    const answer = await costBreakdown(ctx, question);
    waits.push(performance.now() - begun);
    rows = answer.rows.length;
    if (answer.total.calls !== lines * (question.by.some((one) => one === 'TAG') ? 2 : 1) && !input.filter)
      throw new Error(`${label}: ${answer.total.calls} calls of ${lines}`);
  }
  console.log(`${label} (${rows} rows): ${latencies(waits)}`);
}

printConditions(`costBreakdown over ${lines} lines of 31 days, ${db.database.mode}, ${rounds} rounds`);
let begun = performance.now();
await fill();
console.log(`filled in ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
begun = performance.now();
while (await db.as(caller, rollUp));
const seconds = (performance.now() - begun) / 1_000;
console.log(`summed in ${seconds.toFixed(1)} s, ${(lines / seconds).toFixed(0)} lines/s`);
await db.database.pool.query(
  'vacuum analyze platform.ledger, platform.ledger_heads, platform.cost_rollups, platform.cost_keys',
);
await measure('by model', { by: ['MODEL'] });
await measure('by project, model and operation', { by: ['PROJECT', 'MODEL', 'OPERATION'] });
await measure('by day in Warsaw', { by: ['DAY'], timeZone: 'Europe/Warsaw' });
await measure('by hour', { by: ['HOUR'], first: 1_000 });
await measure('by user', { by: ['USER'] });
await measure('by agent and model', { by: ['AGENT', 'MODEL'] });
await measure('by session', { by: ['SESSION'] });
await measure('by model, of one user', { by: ['MODEL'], filter: { userId: 'user7' } });
await measure('by tag', { by: ['TAG'] });
await measure('by model, of one tag', { by: ['MODEL'], filter: { tags: ['t3'] } });
await db.close();
