import type { Transaction } from '@rae/kernel';
import type { Answer, AnswerError, Outcome } from '../domain/answer/answer.ts';
import { answerTopic, endedTopic, type Lease } from './answer-frames.ts';
import { ANSWER_COLUMNS, type AnswerRow, toAnswer } from './answer-row.ts';

const FINISH = {
  name: 'answer_finish',
  text: `with ended as (
      update memory.answer set status = $4, text = $5, citations = $6, groundedness = $7, model = $8, degraded = $9, error = $10,
        took_ms = $11, finished_at = now(), lease_token = null, frames = frames + 1
      where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'RUNNING' returning *),
    told as (insert into memory.answer_frames (tenant_id, answer_id, seq, kind) select $1, $2, frames, 'COMPLETED' from ended),
    drawn as (delete from memory.answer_source where tenant_id = $1 and answer_id = $2 and not memory_id = any($12::uuid[])
      and exists (select from ended))
    select ${ANSWER_COLUMNS} from ended`,
};

/** What was written so far stays; the one who makes it finds that it is no longer its own. */
const CANCEL = {
  name: 'answer_cancel',
  text: `with ended as (
      update memory.answer a set status = 'CANCELLED', lease_token = null, finished_at = now(), frames = frames + 1,
        text = coalesce((select string_agg(f.text, '' order by f.seq) from memory.answer_frames f
          where f.tenant_id = $1 and f.answer_id = $2 and f.kind = 'DELTA'), ''),
        took_ms = extract(epoch from now() - created_at) * 1000
      where tenant_id = $1 and id = $2 and status = 'RUNNING' and lease_until >= now() returning *),
    told as (insert into memory.answer_frames (tenant_id, answer_id, seq, kind) select $1, $2, frames, 'COMPLETED' from ended)
    select ${ANSWER_COLUMNS} from ended`,
};

export interface Ending extends Outcome {
  readonly tookMs: number;
  readonly error: AnswerError | null;
}

/** Ends an answer and tells its listeners. Null: it was no longer the token's, and stays as it is. */
export async function finishAnswer(tx: Transaction, { id, token }: Lease, ending: Ending): Promise<Answer | null> {
  tx.wake(answerTopic(id));
  const { status, text, citations, groundedness, model, degraded, error, tookMs, sourceIds } = ending;
  const [row] = await tx.query<AnswerRow>(FINISH, [
    tx.caller.tenantId,
    id,
    token,
    status,
    text,
    JSON.stringify(citations),
    groundedness,
    model,
    JSON.stringify(degraded),
    error === null ? null : JSON.stringify(error),
    tookMs,
    sourceIds,
  ]);
  return row ? toAnswer(row) : null;
}

/** Stops an answer in the making, whichever process makes it. Null: it was not in the making. */
export async function cancelRunning(tx: Transaction, id: string): Promise<Answer | null> {
  tx.wake(answerTopic(id));
  tx.wake(endedTopic(id));
  const [row] = await tx.query<AnswerRow>(CANCEL, [tx.caller.tenantId, id]);
  return row ? toAnswer(row) : null;
}
