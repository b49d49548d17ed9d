// Search in a project of 10 000 memories: in the service function, and through the HTTP gateway; what a slow statement does to
// the event loop; the longest statement of ours. Embedded, or on the Postgres of DATABASE_URL.
// Above 20 000 rows vectors are random (speed only), and the gateway is left out.
//   node tests/performance/search.ts [--rows 10000] [--searches 400] [--clients 8]
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { analyseTables } from '@rae/database';
import { createTestTenant, startInstallation } from '@rae/testkit';
import pg from 'pg';
import { openMemoryService } from './lib/memory-service.ts';
import { randomVector } from './lib/random.ts';
import { latencies, option, percentile, printConditions } from './lib/report.ts';
import { questionOf, textOf } from './lib/texts.ts';

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

const asDates = (filter: (typeof FILTERS)[number]) =>
  filter && 'occurredFrom' in filter ? { occurredFrom: new Date(filter.occurredFrom ?? '') } : filter;

async function measureService(): Promise<void> {
  const { db, embedder, projectId, call, embed, close } = await openMemoryService();
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
      rows > ENCODED_ROWS ? texts.map((n) => randomVector(n, embedder.dimensions)) : await embed(texts.map(textOf));
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
  await close();
}

printConditions(
  `search at ${rows} memories of one project, ${process.env.DATABASE_URL ? 'native' : 'embedded'}, offline encoder`,
);
await measureService();
if (rows <= ENCODED_ROWS) await measureHttp();
