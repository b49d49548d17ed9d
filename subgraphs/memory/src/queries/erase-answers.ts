import type { Transaction } from '@rae/kernel';
import type { ErasureSubject } from '../domain/erasure.ts';

const ERASE = {
  name: 'answers_erase',
  text: `with resting as (select distinct answer_id from memory.answer_source where tenant_id = $1 and memory_id = any($2::uuid[])),
    frames as (delete from memory.answer_frames where tenant_id = $1 and answer_id in (select answer_id from resting)),
    sources as (delete from memory.answer_source where tenant_id = $1 and answer_id in (select answer_id from resting)),
    opinions as (delete from memory.feedback where tenant_id = $1 and answer_id in (select answer_id from resting))
    delete from memory.answer where tenant_id = $1 and id in (select answer_id from resting) returning id`,
};

/**
 * Takes away for good the answers that may hold content of these memories, with their frames.
 *
 * @returns their ids
 */
export const eraseAnswersOf = async (tx: Transaction, memoryIds: readonly string[]): Promise<string[]> =>
  (await tx.query<{ id: string }>(ERASE, [tx.caller.tenantId, memoryIds])).map(({ id }) => id);

const OF_SUBJECT = {
  name: 'answers_erase_of_subject',
  text: `with given as materialized (
      select id from memory.answer where tenant_id = $1 and ($2::uuid is null or project_id = $2)
        and ($3::text is null or user_id = $3) and ($4::text is null or agent_id = $4) and ($5::text is null or session_id = $5)
        and created_at <= $6),
    frames as (delete from memory.answer_frames where tenant_id = $1 and answer_id in (select id from given)),
    sources as (delete from memory.answer_source where tenant_id = $1 and answer_id in (select id from given)),
    opinions as (delete from memory.feedback where tenant_id = $1 and answer_id in (select id from given))
    delete from memory.answer where tenant_id = $1 and id in (select id from given) returning 1`,
};

/**
 * Takes away for good the answers that a person, an agent or a session was given until then, whatever they rest on.
 *
 * @param projectId null: all of the tenant's
 * @returns how many
 */
export async function eraseAnswersTo(
  tx: Transaction,
  { userId, agentId, sessionId }: ErasureSubject,
  projectId: string | null,
  until: Date,
): Promise<number> {
  const gone = await tx.query(OF_SUBJECT, [tx.caller.tenantId, projectId, userId, agentId, sessionId, until]);
  return gone.length;
}
