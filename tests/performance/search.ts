// Search in a project of 10 000 memories: in the service function, and through the HTTP gateway; what a slow statement does to
// the event loop; the longest statement of ours. Embedded, or on the Postgres of DATABASE_URL.
// Above 20 000 rows vectors are random (speed only), and the gateway is left out.
//   node tests/performance/search.ts [--rows 10000] [--searches 400] [--clients 8]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { analyseTables } from '@rae/database';
import { createEventFeed } from '@rae/events';
import { type Context, createCursorCodec, NO_CAUSE, spendOf, systemClock, uuidv7 } from '@rae/kernel';
import { createGenerator, createOfflineEncoder } from '@rae/llm';
import { createInProcessWorkingStore, createMemorySubgraph } from '@rae/memory-subgraph';
import { createMetrics } from '@rae/telemetry';
import {
  createTestTenant,
  openTestDatabase,
  openTestMetering,
  silentLogger,
  startInstallation,
  testCaller,
} from '@rae/testkit';
import pg from 'pg';
import { createRandom } from './lib/random.ts';
import { latencies, option, percentile, printConditions } from './lib/report.ts';
import { questionOf, textOf } from './lib/texts.ts';

const spend = spendOf(
  { caller: testCaller(uuidv7()), cause: NO_CAUSE },
  { projectId: uuidv7(), operation: 'EMBEDDING' },
);

const rows = Number(option('rows', '10000'));
const searches = Number(option('searches', '400'));
const clients = Number(option('clients', '8'));
const ENCODED_ROWS = 20_000;
const FILTERS = [
  undefined,
  { tags: ['t1'] },
  { sessionId: 's7' },
  { layers: ['SEMANTIC'] },
  { occurredFrom: '2026-06-01T00:00:00.000Z' },
];

const inputOf = (projectId: string, n: number) => ({
  projectId,
  content: textOf(n),
  layer: n % 10 === 0 ? 'SEMANTIC' : 'EPISODIC',
  sessionId: `s${Math.floor(n / 20)}`,
  tags: [`t${n % 30}`],
  occurredAt: new Date(Date.UTC(2026, 0, 1) + n * 1_800_000).toISOString(),
});

async function measureHttp(): Promise<void> {
  const installation = await startInstallation();
  try {
    const { client, projectId } = await createTestTenant(installation);
    for (let at = 0; at < rows; at += 500)
      await client.ask('mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }', {
        inputs: Array.from({ length: Math.min(500, rows - at) }, (_, n) => inputOf(projectId, at + n)),
      });
    const query =
      'query ($input: SearchMemoriesInput!) { searchMemories(input: $input) { degraded { part } hits { score memory { id content occurredAt tags } signals { signal contribution } } } }';
    for (let degraded = [1]; degraded.length > 0; ) {
      ({ degraded } = (await client.ask(query, { input: { query: 'settled?' } })).searchMemories);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const times: number[] = [];
    for (let n = 0; n < searches + 50; n++) {
      const from = performance.now();
      await client.ask(query, { input: { query: questionOf(n * 13), filter: FILTERS[n % FILTERS.length] } });
      if (n >= 50) times.push(performance.now() - from);
    }
    console.log(`through the HTTP gateway, 1 client        ${latencies(times)}`);
  } finally {
    await installation.stop();
  }
}

function randomVector(seed: number, dimensions: number): Float32Array {
  const random = createRandom(seed);
  const vector = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const asDates = (filter: (typeof FILTERS)[number]) =>
  filter && 'occurredFrom' in filter ? { occurredFrom: new Date(filter.occurredFrom ?? '') } : filter;

async function measureService(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rae-perf-'));
  const db = await openTestDatabase();
  const embedder = await createOfflineEncoder({ modelDir: folder, assertOutsideTransaction: () => {} });
  const caller = testCaller();
  const feed = createEventFeed({
    readAsWorker: db.asWorker,
    readAs: (as) => (work) => db.as(as, work),
    wakeUp: db.wakeUp,
    logger: silentLogger,
  });
  const metrics = createMetrics();
  const meter = openTestMetering(db, systemClock);
  const generator = await createGenerator({
    model: null,
    accessOf: () => ({}),
    meter,
    metrics,
    logger: silentLogger,
    assertOutsideTransaction: () => {},
  });
  const subgraph = createMemorySubgraph({
    embedder,
    generator,
    reranker: null,
    feed,
    indexBytes: 2 ** 30,
    writeAs: db.as,
    working: createInProcessWorkingStore({ clock: systemClock }),
    wakeUp: db.wakeUp,
    logger: silentLogger,
    metrics,
  });
  const transact: Context['transact'] = (work) => db.as(caller, work);
  const ctx = () =>
    subgraph.extend({
      caller,
      cause: NO_CAUSE,
      clock: systemClock,
      logger: silentLogger,
      cursors: createCursorCodec('perf'),
      traceparent: null,
      signal: null,
      peers: { query: async () => null },
      transact,
      read: transact,
      readOnce: transact,
    });
  const call = (type: string, field: string, args: object): Promise<unknown> =>
    Reflect.get(Object(subgraph.resolvers[type]), field)(null, args, ctx());

  const projectId = uuidv7();
  await db.as(caller, async (tx) => {
    await tx.query('insert into platform.tenants (id, name, created_at) values ($1, $2, now())', [
      caller.tenantId,
      'perf',
    ]);
    await tx.query('insert into platform.projects (id, tenant_id, name, created_at) values ($1, $2, $3, now())', [
      projectId,
      caller.tenantId,
      'perf',
    ]);
  });
  const statements: { ms: number; text: string }[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: times every statement of the driver
  const original = (pg.Client.prototype as any).query;
  // biome-ignore lint/suspicious/noExplicitAny: times every statement of the driver
  (pg.Client.prototype as any).query = function query(...args: any[]) {
    const from = performance.now();
    const result = original.apply(this, args);
    const text = String(args[0]?.name ?? args[0]?.text ?? args[0]).slice(0, 40);
    return result?.then ? result.finally(() => statements.push({ ms: performance.now() - from, text })) : result;
  };
  for (let at = 0; at < rows; at += 250) {
    const texts = Array.from({ length: Math.min(250, rows - at) }, (_, n) => at + n);
    const vectors =
      rows > ENCODED_ROWS
        ? texts.map((n) => randomVector(n, embedder.dimensions))
        : await embedder.embed(texts.map(textOf), 'document', spend);
    const inputs = texts.map((n, place) => ({
      ...inputOf(projectId, n),
      occurredAt: new Date(inputOf(projectId, n).occurredAt),
      embedding: [...(vectors[place] ?? [])],
    }));
    await call('Mutation', 'createMemories', { inputs });
  }
  await analyseTables(db.database); // as the worker does, and autovacuum
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const cold = performance.now();
  await call('Query', 'searchMemories', { input: { query: 'cold', limit: 10 } });
  console.log(
    `cold: load and first search ${(performance.now() - cold).toFixed(0)} ms, longest stall of the loop ${(loop.max / 1e6).toFixed(1)} ms`,
  );
  const times: number[] = [];
  for (let n = 0; n < searches + 50; n++) {
    const from = performance.now();
    await call('Query', 'searchMemories', {
      input: { query: questionOf(n * 13), limit: 10, filter: asDates(FILTERS[n % FILTERS.length]) },
    });
    if (n >= 50) times.push(performance.now() - from);
  }
  console.log(`service function, 1 client, filtered and not ${latencies(times)}`);
  const search = (n: number) =>
    call('Query', 'searchMemories', {
      input: { query: questionOf(n * 13), limit: 10, filter: asDates(FILTERS[n % FILTERS.length]) },
    });
  const together: number[] = [];
  let next = 0;
  const began = performance.now();
  const ask = async () => {
    while (next < searches) {
      const sent = performance.now();
      await search(next++);
      together.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, ask));
  const rate = (searches / (performance.now() - began)) * 1_000;
  console.log(`service function, ${clients} clients ${latencies(together)}, ${rate.toFixed(0)} searches/s`);
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const { rss, external, arrayBuffers } = process.memoryUsage();
  console.log(`RSS ${megabytes(rss)} MiB, of which array buffers ${megabytes(external + arrayBuffers)} MiB`);
  const [slowest] = statements.sort((a, b) => b.ms - a.ms);
  console.log(
    `longest statement ${slowest?.ms.toFixed(1)} ms (${slowest?.text}), p99 ${percentile(
      statements.map(({ ms }) => ms),
      0.99,
    ).toFixed(1)} ms of ${statements.length}`,
  );

  await new Promise((resolve) => setTimeout(resolve, 200));
  loop.reset();
  const from = performance.now();
  await db.database.pool.query('select count(*) from generate_series(1, 8000000) a where a % 7 = 3');
  console.log(
    `a statement of ${(performance.now() - from).toFixed(0)} ms stalls the loop ${(loop.max / 1e6).toFixed(1)} ms`,
  );
  loop.disable();
  await feed.close();
  await subgraph.close();
  await embedder.close();
  await db.close();
  await rm(folder, { recursive: true, force: true });
}

printConditions(
  `search at ${rows} memories of one project, ${process.env.DATABASE_URL ? 'native' : 'embedded'}, offline encoder`,
);
await measureService();
if (rows <= ENCODED_ROWS) await measureHttp();
