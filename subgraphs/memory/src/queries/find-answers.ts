import { countRows, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import type { Answer } from '../domain/answer/answer.ts';
import { ANSWER_COLUMNS, type AnswerRow, toAnswer } from './answer-row.ts';

const BY_ID = {
  name: 'answers_by_id',
  text: `select ${ANSWER_COLUMNS} from memory.answer where tenant_id = $1 and id = any($2::uuid[])`,
};

/** Of these ids; those that are not there are left out. In no order. */
export const findAnswers = async (tx: Transaction, ids: readonly string[]): Promise<Answer[]> =>
  (await tx.query<AnswerRow>(BY_ID, [tx.caller.tenantId, ids])).map(toAnswer);

/** Which answers; null lets all through. */
export interface AnswerFilter {
  readonly projectId: string | null;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
}

const WHERE = `tenant_id = $1 and ($2::uuid is null or project_id = $2) and ($3::text is null or user_id = $3)
  and ($4::text is null or agent_id = $4) and ($5::text is null or session_id = $5)`;

const valuesOf = (tx: Transaction, { projectId, userId, agentId, sessionId }: AnswerFilter) => [
  tx.caller.tenantId,
  projectId,
  userId,
  agentId,
  sessionId,
];

/** Newest first; `after` is the time, exactly as the database has it, and id of the answer before. */
export async function listAnswers(
  tx: Transaction,
  filter: AnswerFilter,
  limit: number,
  after: Position | null,
): Promise<{ answer: Answer; place: Position }[]> {
  const rows = await tx.query<AnswerRow & { place: string }>(
    `select ${ANSWER_COLUMNS}, created_at::text as place from memory.answer
      where ${WHERE} ${after ? 'and (created_at, id) < ($7::timestamptz, $8::uuid)' : ''}
      order by created_at desc, id desc limit $6`,
    [...valuesOf(tx, filter), limit, ...(after ?? [])],
  );
  return rows.map((row) => ({ answer: toAnswer(row), place: [row.place, row.id] }));
}

/** How many there are, counted to MAX_COUNT + 1. */
export const countAnswers = (tx: Transaction, filter: AnswerFilter): Promise<number> =>
  countRows(
    tx,
    `select count(*)::int as count from (select 1 from memory.answer where ${WHERE} limit ${MAX_COUNT + 1}) counted`,
    valuesOf(tx, filter),
  );
