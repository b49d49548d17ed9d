// From nothing to the first answered query: a fresh data folder, then the same folder again.
//   node tests/performance/start.ts [--runs 5]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestClient, startServerProcess } from '@rae/testkit';
import { latencies, option, printConditions } from './lib/report.ts';

const key = `rae_${'p'.repeat(43)}`;

async function start(folder: string): Promise<number> {
  const from = performance.now();
  const server = await startServerProcess({ PORT: '0', RAE_DATA_DIR: join(folder, 'data'), RAE_ADMIN_KEY: key });
  await createTestClient(server.url, key).ask(
    '{ searchMemories(input: { query: "is anybody there?" }) { hits { score } } }',
  );
  const took = performance.now() - from;
  await server.stop();
  return took;
}

printConditions('start to first answered search, embedded, one process');
const fresh: number[] = [];
const again: number[] = [];
for (let run = 0; run < Number(option('runs', '5')); run++) {
  const folder = await mkdtemp(join(tmpdir(), 'rae-perf-'));
  fresh.push(await start(folder));
  again.push(await start(folder));
  await rm(folder, { recursive: true, force: true });
}
console.log(`fresh folder     ${latencies(fresh)}`);
console.log(`existing folder  ${latencies(again)}`);
