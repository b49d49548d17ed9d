// Nearest neighbours by pgvector's HNSW, as projects beyond RAE_INDEX_MEMORY are searched: recall@10 against comparing all, and
// time, without and under a filter; what it costs to copy a project's vectors. On the Postgres of DATABASE_URL: the embedded
// database has no HNSW. Vectors are of texts by the offline encoder.
//   node scripts/with-services.mjs -- node tests/performance/ann.ts [--rows 20000] [--searches 200]

import { analyseTables } from '@rae/database';
import { NO_CAUSE, spendOf, type Transaction, uuidv7 } from '@rae/kernel';
import { createOfflineEncoder } from '@rae/llm';
import { openTestDatabase, testCaller } from '@rae/testkit';
import {
  createBrought,
  createProjectIndex,
  loadRows,
  loadVectorIds,
  type NearScope,
  packId,
  packLex,
  packRecord,
  quantisationScale,
  quantise,
  runAll,
} from '../../subgraphs/memory/src/engine/index.ts';
import { fillAnn, openAnn } from '../../subgraphs/memory/src/queries/ann-project.ts';
import { claimEmbeddingModel } from '../../subgraphs/memory/src/queries/embedding-model.ts';
import { findNearestOf } from '../../subgraphs/memory/src/queries/nearest-vectors.ts';
import { bringVectors } from '../../subgraphs/memory/src/services/search/bring-vectors.ts';
import { latencies, option, printConditions } from './lib/report.ts';
import { questionOf, textOf } from './lib/texts.ts';

const rows = Number(option('rows', '20000'));
const searches = Number(option('searches', '200'));
const BATCH = 250;
const LIMIT = 10;
/** One row in so many passes. */
const FILTERS = [1, 2, 10, 100];

if (!process.env.DATABASE_URL) throw new Error('set DATABASE_URL: the embedded database has no HNSW');
printConditions(`pgvector at ${rows} memories of one project, offline encoder`);

const db = await openTestDatabase();
const embedder = createOfflineEncoder({ modelDir: '/tmp', assertOutsideTransaction: () => {} });
const caller = testCaller();
const projectId = uuidv7();
const spend = spendOf({ caller, cause: NO_CAUSE }, { projectId, operation: 'EMBEDDING' });
const { id: model, dimensions, languages } = embedder;
const scale = quantisationScale(model, dimensions);
const as = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => db.as(caller, work);

await db.transact({ role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE }, (tx) =>
  claimEmbeddingModel(tx, model, dimensions),
);
const mids: number[] = [];
for (let at = 0; at < rows; at += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, rows - at) }, (_, n) => at + n + 1);
  const vectors = await embedder.embed(batch.map(textOf), 'document', spend);
  const packed = vectors.map((vector) => quantise(vector, scale).toString('base64'));
  await as((tx) =>
    tx.query(
      `insert into memory.vector (tenant_id, project_id, mid, model, q)
        select $1, $2, mid, $3, decode(q, 'base64') from unnest($4::bigint[], $5::text[]) as g(mid, q)`,
      [caller.tenantId, projectId, model, batch, packed],
    ),
  );
  mids.push(...batch);
}
const index = createProjectIndex({ dimensions, scale, languages }, rows, false);
runAll(loadRows(index, Buffer.concat(mids.map((mid) => packRecord({ mid, lex: packLex(textOf(mid), null) })))));
runAll(loadVectorIds(index, Buffer.concat(mids.map(packId))));

const began = performance.now();
await as((tx) => openAnn(tx, projectId, model));
for (let after: string | null = '0'; after !== null; ) {
  const from: string = after;
  after = await as((tx) => fillAnn(tx, projectId, model, from));
}
console.log(`copied: ${((rows / (performance.now() - began)) * 1_000).toFixed(0)} rows/s`);
await analyseTables(db.database);

function scopeOf(one: number): NearScope {
  const pass = Uint8Array.from(mids, (mid) => (mid % one === 0 ? 1 : 0));
  return { pass, passing: pass.reduce((sum, value) => sum + value, 0), limit: LIMIT };
}

for (const one of FILTERS) {
  const scope = scopeOf(one);
  const passing = mids.filter((mid) => mid % one === 0);
  const times: number[] = [];
  let found = 0;
  for (let n = 0; n < searches + 20; n++) {
    const [vector] = await embedder.embed([questionOf(n * 13)], 'query', spend);
    if (!vector) throw new Error('no vector');
    const brought = createBrought();
    brought.missingScope = scope;
    const from = performance.now();
    await as((tx) => bringVectors(tx, index, { projectId, model, vector }, brought));
    if (n < 20) continue;
    times.push(performance.now() - from);
    const exact = await as((tx) => findNearestOf(tx, projectId, vector, LIMIT, passing));
    found += exact.filter((mid) => brought.near[0]?.includes(mid)).length;
  }
  const recall = (found / (LIMIT * searches)).toFixed(3);
  console.log(`${passing.length} of ${rows} pass: recall@${LIMIT} ${recall}, a transaction of it ${latencies(times)}`);
}
await embedder.close();
await db.close();
