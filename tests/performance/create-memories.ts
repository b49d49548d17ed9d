// How many memories a second createMemories takes in batches, through the service, with vectors that are given and with those
// that the encoder makes, beside the bare encoder; into a project of few and of many. Then memory over many writes and
// searches. Embedded, or on the Postgres of DATABASE_URL.
//   node tests/performance/create-memories.ts [--rows 100000] [--batch 250] [--writes 20000]
import { analyseTables } from '@rae/database';
import { openMemoryService } from './lib/memory-service.ts';
import { randomVector } from './lib/random.ts';
import { option, printConditions } from './lib/report.ts';
import { questionOf, textOf } from './lib/texts.ts';

const rows = Number(option('rows', '100000'));
const batch = Number(option('batch', '250'));
const writes = Number(option('writes', '20000'));
const MEASURED = 5_000;
const GROWTH_EVERY = 5_000;

const { db, embedder, projectId, call, embed, close } = await openMemoryService();
let written = 0;

/** @returns rows a second; making vectors is not counted */
async function write(count: number): Promise<number> {
  let ms = 0;
  for (let done = 0; done < count; done += batch) {
    const inputs = Array.from({ length: batch }, (_, n) => ({
      projectId,
      content: textOf(written + n),
      layer: 'EPISODIC',
      sessionId: `s${Math.floor((written + n) / 20)}`,
      embedding: [...randomVector(written + n, embedder.dimensions)],
    }));
    const from = performance.now();
    await call('Mutation', 'createMemories', { inputs });
    ms += performance.now() - from;
    written += batch;
  }
  return (count / ms) * 1_000;
}

/** Rows a second where the encoder makes the vectors first, and texts a second of the encoder by itself. */
async function writeEncoded(count: number): Promise<{ whole: number; bare: number }> {
  let [whole, bare] = [0, 0];
  for (let done = 0; done < count; done += batch) {
    const texts = Array.from({ length: batch }, (_, n) => textOf(written + n));
    const from = performance.now();
    const vectors = await embed(texts);
    bare += performance.now() - from;
    const inputs = texts.map((content, n) => ({
      projectId,
      content,
      layer: 'EPISODIC',
      embedding: [...(vectors[n] ?? [])],
    }));
    await call('Mutation', 'createMemories', { inputs });
    whole += performance.now() - from;
    written += batch;
  }
  return { whole: (count / whole) * 1_000, bare: (count / bare) * 1_000 };
}

const perSecond = (rate: number): string => `${rate.toFixed(0)}/s`;
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

function printMemory(what: string): void {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  console.log(`${what}: RSS ${megabytes(rss)}, heap ${megabytes(heapUsed)}, array buffers ${megabytes(arrayBuffers)}`);
}

printConditions(
  `createMemories in batches of ${batch}, ${process.env.DATABASE_URL ? 'native' : 'embedded'}, through the service`,
);
await write(1_000); // warm
console.log(`into ${written}: vectors given ${perSecond(await write(MEASURED))}`);
const { whole, bare } = await writeEncoded(2_000);
console.log(
  `with the encoder ${perSecond(whole)}, the encoder alone ${perSecond(bare)}, ratio ${(whole / bare).toFixed(2)}`,
);
while (written < rows / 2) await write(MEASURED);
await call('Query', 'searchMemories', { input: { query: 'warm', limit: 10 } });
printMemory(`${written} memories and their index`);
while (written < rows) await write(MEASURED);
await analyseTables(db.database);
console.log(`into ${written}: vectors given ${perSecond(await write(MEASURED))}`);
await call('Query', 'searchMemories', { input: { query: 'warm', limit: 10 } });
printMemory(`${written} memories and their index`);
for (let done = 0; done < writes; done += GROWTH_EVERY) {
  for (let n = 0; n < GROWTH_EVERY / batch; n++) {
    await write(batch);
    await call('Query', 'searchMemories', { input: { query: questionOf(n * 13), limit: 10 } });
  }
  printMemory(`${done + GROWTH_EVERY} writes later, a search after each ${batch}`);
}
await close();
