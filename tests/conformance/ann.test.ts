import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NO_CAUSE, type Transaction, uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { quantisationScale, quantise } from '../../subgraphs/memory/src/engine/index.ts';
import { fillAnn, finishAnn, isAnnReady, openAnn } from '../../subgraphs/memory/src/queries/ann-project.ts';
import { claimEmbeddingModel, setEmbeddingModel } from '../../subgraphs/memory/src/queries/embedding-model.ts';
import { findNearest, findNearestOf } from '../../subgraphs/memory/src/queries/nearest-vectors.ts';
import { createRandom } from '../performance/lib/random.ts';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

const MODEL = 'test/model@16';
const DIMENSIONS = 16;
const SCALE = quantisationScale(MODEL, DIMENSIONS);
const ROWS = 600;
const caller = testCaller();
const projectId = uuidv7();
const random = createRandom(7);

let place: OwnDatabase;
let db: TestDatabase;
const asOwner = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.transact({ role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE }, work);

function unitVector(): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const insert = (tx: Transaction, from: number, count: number) =>
  tx.query(
    `insert into memory.vector (tenant_id, project_id, mid, model, q)
      select $1, $2, mid, $3, decode(q, 'hex') from unnest($4::bigint[], $5::text[]) as g(mid, q)`,
    [
      caller.tenantId,
      projectId,
      MODEL,
      Array.from({ length: count }, (_, n) => from + n),
      Array.from({ length: count }, () => quantise(unitVector(), SCALE).toString('hex')),
    ],
  );
const countAnn = async (): Promise<number> => {
  const [row] = await db.as(caller, (tx) =>
    tx.query<{ count: number }>('select count(*)::int as count from memory.vector_ann'),
  );
  return row?.count ?? -1;
};

beforeAll(async () => {
  place = await createOwnDatabase();
  db = await openTestDatabase(undefined, place.url);
  await asOwner((tx) => claimEmbeddingModel(tx, MODEL, DIMENSIONS));
  await db.as(caller, (tx) => insert(tx, 1, ROWS));
}, 60_000);
afterAll(async () => {
  await db.close();
  await place.drop();
});

describe('the vectors of a project that pgvector has', () => {
  test('are none before it is asked to, then all 600 that were there, and each that is written, changed or erased', async () => {
    expect(await countAnn()).toBe(0);
    await db.as(caller, (tx) => openAnn(tx, projectId, MODEL));
    await db.as(caller, (tx) => insert(tx, ROWS + 1, 50));
    expect(await countAnn()).toBe(50);
    for (let after: string | null = '0'; after !== null; ) {
      const from: string = after;
      after = await db.as(caller, (tx) => fillAnn(tx, projectId, MODEL, from));
    }
    expect([await countAnn(), await db.as(caller, (tx) => isAnnReady(tx, projectId, MODEL))]).toEqual([650, false]);
    await db.as(caller, (tx) => finishAnn(tx, projectId, MODEL));
    expect(await db.as(caller, (tx) => isAnnReady(tx, projectId, MODEL))).toBe(true);
    expect(await db.as(caller, (tx) => isAnnReady(tx, projectId, 'test/other@16'))).toBe(false);

    const q = Buffer.from(Array.from({ length: DIMENSIONS }, (_, i) => (i % 2 ? 0x81 : 0x7f)));
    await db.as(caller, (tx) => tx.query('update memory.vector set q = $1 where mid = 3', [q]));
    const [changed] = await db.as(caller, (tx) =>
      tx.query<{ embedding: string }>('select embedding::text from memory.vector_ann where mid = 3'),
    );
    expect(JSON.parse(changed?.embedding ?? '')).toEqual([...new Int8Array(q)]);
    await db.as(caller, (tx) => tx.query('delete from memory.vector where mid = 3'));
    expect(await countAnn()).toBe(649);
  });

  test('are found at once: 0.95 of the exact ten nearest over 50 questions, and none of another project or tenant', async () => {
    const mids = Array.from({ length: ROWS + 50 }, (_, n) => n + 1);
    let found = 0;
    for (let n = 0; n < 50; n++) {
      const question = unitVector();
      const [near, exact] = await db.as(caller, async (tx) => {
        await tx.query(`select set_config('enable_sort', 'off', true)`); // few rows: the planner would sort them all
        const hnsw = await findNearest(tx, projectId, question, 10);
        return [hnsw, await findNearestOf(tx, projectId, question, 10, mids)];
      });
      found += exact.filter((mid) => near.includes(mid)).length;
    }
    expect(found).toBeGreaterThanOrEqual(0.95 * 500);
    const question = unitVector();
    expect(await db.as(caller, (tx) => findNearest(tx, uuidv7(), question, 10))).toEqual([]);
    expect(await db.as(testCaller(), (tx) => findNearest(tx, projectId, question, 10))).toEqual([]);
  });

  test('are found through the HNSW index of the model’s dimension on a server, and one by one in the embedded database', async () => {
    const plan = await db.as(caller, async (tx) => {
      await tx.query(`select set_config('enable_sort', 'off', true)`);
      return tx.query<{ 'QUERY PLAN': string }>(
        `explain select mid from memory.vector_ann where tenant_id = $1 and project_id = $2
          order by embedding::halfvec(16) <#> $3::halfvec(16) limit 10`,
        [caller.tenantId, projectId, `[${unitVector().join(',')}]`],
      );
    });
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text.includes('vector_ann_nearest')).toBe(place.url !== null);
  });

  test('are gone when the model is another one, whose vectors of 24 numbers are taken', async () => {
    await asOwner((tx) => setEmbeddingModel(tx, 'test/next@24', 24));
    expect([await countAnn(), await db.as(caller, (tx) => isAnnReady(tx, projectId, MODEL))]).toEqual([0, false]);
    await db.as(caller, (tx) => openAnn(tx, projectId, 'test/next@24'));
    const q = Buffer.alloc(24, 5);
    await db.as(caller, (tx) =>
      tx.query(`update memory.vector set model = 'test/next@24', q = $1 where mid <= 10`, [q]),
    );
    expect(await countAnn()).toBe(9);
  });
});
