// createMemory through the HTTP gateway, one a request, 8 clients, and what a subscriber sees meanwhile.
//   node tests/performance/create-memory.ts [--requests 2000] [--rows 20000] [--profiles folder]
import { createTestTenant, listen, startInstallation, type TestTenant } from '@rae/testkit';
import { latencies, option, printConditions } from './lib/report.ts';
import { textOf } from './lib/texts.ts';
import { countCpu } from './lib/threads.ts';

const CLIENTS = 8;
const CREATE = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { cursor memory { id } } }';
const CREATE_MANY = 'mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }';
const HEAR = 'subscription { memoryCreated { memoryId memory { id content project { name } } } }';

async function fill({ client, projectId }: TestTenant, rows: number): Promise<void> {
  for (let at = 0; at < rows; at += 500) {
    const inputs = Array.from({ length: Math.min(500, rows - at) }, (_, n) => ({
      projectId,
      content: textOf(at + n),
      sessionId: `s${Math.floor((at + n) / 20)}`,
    }));
    await client.ask(CREATE_MANY, { inputs });
  }
  for (;;) {
    const { searchMemories } = await client.ask(
      '{ searchMemories(input: { query: "settled?" }) { degraded { part } } }',
    );
    if (searchMemories.degraded.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function measure(tenant: TestTenant, label: string, requests: number): Promise<void> {
  const { client, projectId } = tenant;
  const sent = new Map<string, number>();
  const heard: number[] = [];
  const waits: number[] = [];
  const early = new Map<string, number>();
  const messages = listen(client, HEAR);
  const hearing = (async () => {
    for await (const { event, data } of messages) {
      if (event !== 'next' || !data?.data) continue;
      const { memoryId } = data.data.memoryCreated;
      const at = sent.get(memoryId);
      if (at === undefined) early.set(memoryId, performance.now());
      else heard.push(performance.now() - at);
    }
  })().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 500));
  let next = 0;
  const cpu = [...installation.processes].map(([role, { pid }]) => ({ role, used: countCpu(pid) }));
  const own = process.cpuUsage();
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (next < requests) {
        const n = next++;
        const from = performance.now();
        const { createMemory } = await client.ask(CREATE, {
          input: { projectId, content: textOf(1_000_000 + n), sessionId: `live${n % CLIENTS}` },
        });
        const done = performance.now();
        waits.push(done - from);
        const { id } = createMemory.memory;
        // Heard before its own answer came back counts as heard at once.
        if (early.has(id)) heard.push(0);
        else sent.set(id, done);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1_000;
  const deadline = Date.now() + 10_000;
  while (heard.length < requests && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  const { user, system } = process.cpuUsage(own);
  await messages.return();
  await hearing;
  console.log(`${label}: ${(requests / seconds).toFixed(0)} memories/s, request ${latencies(waits)}`);
  console.log(`${label}: event to subscriber after the answer ${latencies(heard)}, missed ${requests - heard.length}`);
  for (const { role, used } of cpu) console.log(`${label}: CPU a memory, ${role}: ${used(requests)}`);
  console.log(`${label}: CPU a memory, these clients: ${((user + system) / 1_000 / requests).toFixed(2)} ms`);
}

const requests = Number(option('requests', '2000'));
const rows = Number(option('rows', '20000'));
const profiles = option('profiles', '');
const installation = await startInstallation(profiles ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` } : {});
printConditions(`createMemory over HTTP, ${installation.mode}, ${CLIENTS} clients, one a request, offline encoder`);
try {
  const small = await createTestTenant(installation);
  await fill(small, 100);
  await measure(small, 'warm-up at 100 rows', Math.min(500, requests));
  const fresh = await createTestTenant(installation);
  await fill(fresh, 100);
  await measure(fresh, 'at 100 rows', requests);
  const large = await createTestTenant(installation);
  await fill(large, rows);
  await measure(large, `at ${rows} rows`, requests);
} finally {
  await installation.stop();
}
