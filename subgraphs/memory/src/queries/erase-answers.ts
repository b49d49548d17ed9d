import type { Transaction } from '@rae/kernel';

const ERASE = {
  name: 'answers_erase',
  text: `with resting as (select distinct answer_id from memory.answer_source where tenant_id = $1 and memory_id = any($2::uuid[])),
    frames as (delete from memory.answer_frames where tenant_id = $1 and answer_id in (select answer_id from resting)),
    sources as (delete from memory.answer_source where tenant_id = $1 and answer_id in (select answer_id from resting))
    delete from memory.answer where tenant_id = $1 and id in (select answer_id from resting) returning id`,
};

/**
 * Takes away for good the answers that may hold content of these memories, with their frames.
 *
 * @returns their ids
 */
export const eraseAnswersOf = async (tx: Transaction, memoryIds: readonly string[]): Promise<string[]> =>
  (await tx.query<{ id: string }>(ERASE, [tx.caller.tenantId, memoryIds])).map(({ id }) => id);
