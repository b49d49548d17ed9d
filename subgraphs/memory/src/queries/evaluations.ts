import { countRows, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import type { Evaluation, EvaluationResult } from '../domain/evaluate/evaluation.ts';

const COLUMNS = `id, project_id as "projectId", dataset, cases, recall_at_5 as "recallAt5", recall_at_10 as "recallAt10", recall_at_20 as "recallAt20",
  mrr, ndcg_at_10 as "ndcgAt10", latency_p50_ms as "latencyP50Ms", latency_p95_ms as "latencyP95Ms", settings, created_at as "createdAt"`;

const INSERT = {
  name: 'evaluation_insert',
  text: `insert into memory.evaluation (tenant_id, id, project_id, dataset, cases, recall_at_5, recall_at_10, recall_at_20, mrr, ndcg_at_10,
      latency_p50_ms, latency_p95_ms, settings, created_at, results)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
};
const BY_ID = {
  name: 'evaluations_by_id',
  text: `select ${COLUMNS} from memory.evaluation where tenant_id = $1 and id = any($2::uuid[])`,
};
const RESULTS = {
  name: 'evaluation_results',
  text: `select array(select jsonb_array_elements(results) limit $3) as results from memory.evaluation where tenant_id = $1 and id = $2`,
};

/** Writes an evaluation with its results, worst first. */
export async function insertEvaluation(
  tx: Transaction,
  evaluation: Evaluation,
  results: readonly EvaluationResult[],
): Promise<void> {
  const { id, projectId, dataset, cases, recallAt5, recallAt10, recallAt20, mrr, ndcgAt10 } = evaluation;
  const { latencyP50Ms, latencyP95Ms, settings, createdAt } = evaluation;
  const quality = [recallAt5, recallAt10, recallAt20, mrr, ndcgAt10, latencyP50Ms, latencyP95Ms];
  const values = [id, projectId, dataset, cases, ...quality, JSON.stringify(settings), createdAt];
  await tx.query(INSERT, [tx.caller.tenantId, ...values, JSON.stringify(results)]);
}

/** Of these ids; those that are not there are left out. In no order. */
export const findEvaluations = (tx: Transaction, ids: readonly string[]): Promise<Evaluation[]> =>
  tx.query<Evaluation>(BY_ID, [tx.caller.tenantId, ids]);

/** The first results of one evaluation, worst first. */
export async function findResults(tx: Transaction, id: string, first: number): Promise<EvaluationResult[]> {
  const [row] = await tx.query<{ results: EvaluationResult[] }>(RESULTS, [tx.caller.tenantId, id, first]);
  return row?.results ?? [];
}

const WHERE = 'tenant_id = $1 and ($2::uuid is null or project_id = $2) and ($3::text is null or dataset = $3)';

/** Newest first; `after` is the time, exactly as the database has it, and id of the evaluation before. */
export async function listEvaluations(
  tx: Transaction,
  projectId: string | null,
  dataset: string | null,
  limit: number,
  after: Position | null,
): Promise<{ evaluation: Evaluation; place: Position }[]> {
  const rows = await tx.query<Evaluation & { place: string }>(
    `select ${COLUMNS}, created_at::text as place from memory.evaluation
      where ${WHERE} ${after ? 'and (created_at, id) < ($5::timestamptz, $6::uuid)' : ''}
      order by created_at desc, id desc limit $4`,
    [tx.caller.tenantId, projectId, dataset, limit, ...(after ?? [])],
  );
  return rows.map(({ place, ...evaluation }) => ({ evaluation, place: [place, evaluation.id] }));
}

/** How many there are, counted to MAX_COUNT + 1. */
export const countEvaluations = (tx: Transaction, projectId: string | null, dataset: string | null): Promise<number> =>
  countRows(
    tx,
    `select count(*)::int as count from (select 1 from memory.evaluation where ${WHERE} limit ${MAX_COUNT + 1}) counted`,
    [tx.caller.tenantId, projectId, dataset],
  );
