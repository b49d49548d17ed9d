import type { Transaction } from '@rae/kernel';
import { vectorRecordSql } from '../engine/index.ts';

/** Rows that HNSW looks at for each step of its scan: .98 of the exact top 10 at 100 000 rows (and at most 1 000 is allowed). */
const MIN_EF = 100;
const MAX_EF = 1_000;

const SETTINGS = {
  name: 'ann_settings',
  text: `select set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', $1, true)`,
};

/** The cast is that of the index, without which it is not used. */
const nearest = (dimensions: number) => ({
  name: `ann_nearest_${dimensions}`,
  text: `select mid from memory.vector_ann where tenant_id = $1 and project_id = $2
    order by embedding::halfvec(${dimensions}) <#> $3::halfvec(${dimensions}) limit $4`,
});

const NEAREST_OF = {
  name: 'ann_nearest_of',
  text: `select mid from memory.vector_ann where tenant_id = $1 and project_id = $2 and mid = any($5::bigint[])
    order by embedding <#> $3::halfvec limit $4`,
};

const READ = {
  name: 'vectors_by_mid',
  text: `select string_agg(${vectorRecordSql('v')}, ''::bytea) as pack from memory.vector v
    where tenant_id = $1 and project_id = $2 and mid = any($3::bigint[]) and model = $4`,
};

const asText = (question: Float32Array): string => `[${question.join(',')}]`;
const midsOf = (rows: readonly { mid: string }[]): number[] => rows.map(({ mid }) => Number(mid));

/** Numbers of the `limit` memories of a project that are nearest to the question, nearest first, as HNSW finds them: not exact. */
export async function findNearest(
  tx: Transaction,
  projectId: string,
  question: Float32Array,
  limit: number,
): Promise<number[]> {
  await tx.query(SETTINGS, [String(Math.min(MAX_EF, Math.max(MIN_EF, 2 * limit)))]);
  const values = [tx.caller.tenantId, projectId, asText(question), limit];
  return midsOf(await tx.query<{ mid: string }>(nearest(question.length), values));
}

/** The same among the given ones alone, exactly. */
export const findNearestOf = async (
  tx: Transaction,
  projectId: string,
  question: Float32Array,
  limit: number,
  mids: readonly number[],
): Promise<number[]> =>
  midsOf(await tx.query<{ mid: string }>(NEAREST_OF, [tx.caller.tenantId, projectId, asText(question), limit, mids]));

/** The vectors of memories, packed for the index: those that have one of the model. Null: none has. */
export const readVectorsOf = async (
  tx: Transaction,
  projectId: string,
  model: string,
  mids: readonly number[],
): Promise<Buffer | null> =>
  (await tx.query<{ pack: Buffer | null }>(READ, [tx.caller.tenantId, projectId, mids, model]))[0]?.pack ?? null;
