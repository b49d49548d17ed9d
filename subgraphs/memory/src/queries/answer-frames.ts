import type { Transaction } from '@rae/kernel';
import type { AnswerFrame } from '../domain/answer/answer.ts';

/** What those wait for who hear an answer. */
export const answerTopic = (answerId: string): string => `answer:${answerId}`;

/** What those wait for who make it: it was cancelled. */
export const endedTopic = (answerId: string): string => `answer-ended:${answerId}`;

/** An answer in the making, and the token of who makes it. */
export interface Lease {
  readonly id: string;
  readonly token: string;
}

const RETRIEVED = {
  name: 'answer_retrieved',
  text: `with held as (
      update memory.answer set frames = frames + 1, search = $4
      where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'RUNNING' returning frames),
    told as (insert into memory.answer_frames (tenant_id, answer_id, seq, kind) select $1, $2, frames, 'RETRIEVED' from held),
    there as (select m.id from memory.memory m where m.tenant_id = $1 and m.id = any($5::uuid[]) for key share),
    drawn as (insert into memory.answer_source (tenant_id, memory_id, answer_id)
      select $1, there.id, $2 from there, held on conflict do nothing)
    select array(select id::text from there) as ids from held`,
};
const DELTA = {
  name: 'answer_delta',
  text: `with held as (
      update memory.answer set frames = frames + 1, ttft_ms = coalesce(ttft_ms, $5::real)
      where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'RUNNING' returning frames)
    insert into memory.answer_frames (tenant_id, answer_id, seq, kind, text) select $1, $2, frames, 'DELTA', $4 from held returning 1`,
};
const READ = {
  name: 'answer_frames_read',
  text: 'select seq, kind, text from memory.answer_frames where tenant_id = $1 and answer_id = $2 and seq > $3 order by seq limit 200',
};

/**
 * Keeps what was found and tells listeners. From here on erasing one of these memories erases the answer.
 *
 * @returns ids of those memories that are still there; null: the answer is no longer the token's, and nothing was kept
 */
export async function keepRetrieved(
  tx: Transaction,
  { id, token }: Lease,
  search: unknown,
  memoryIds: readonly string[],
): Promise<string[] | null> {
  tx.wake(answerTopic(id));
  const [row] = await tx.query<{ ids: string[] }>(RETRIEVED, [
    tx.caller.tenantId,
    id,
    token,
    JSON.stringify(search),
    memoryIds,
  ]);
  return row?.ids ?? null;
}

/** Tells listeners of text; the first time to the first word stays. False: the answer is no longer the token's. */
export async function appendDelta(
  tx: Transaction,
  { id, token }: Lease,
  text: string,
  timeToFirstTokenMs: number | null,
): Promise<boolean> {
  tx.wake(answerTopic(id));
  return (await tx.query(DELTA, [tx.caller.tenantId, id, token, text, timeToFirstTokenMs])).length > 0;
}

/** At most 200 frames after `seq`, in order. */
export const readFrames = (tx: Transaction, id: string, seq: number): Promise<AnswerFrame[]> =>
  tx.query<AnswerFrame>(READ, [tx.caller.tenantId, id, seq]);
