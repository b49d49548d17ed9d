import type { Transaction } from '@rae/kernel';
import type { Citation } from '../domain/answer/answer.ts';
import type { KeptMeaning } from '../domain/answer/same-meaning.ts';

const FIND = {
  name: 'answer_meanings_find',
  text: `select a.id, a.question, a.text, a.citations, a.groundedness, a.model, a.created_at as "createdAt", k.vector, k.cited
    from memory.answer_meaning k join memory.answer a on a.tenant_id = k.tenant_id and a.id = k.answer_id
    where k.tenant_id = $1 and k.project_id = $2 and k.asked = $3 and a.status = 'ANSWERED' order by k.created_at desc limit 100`,
};
const KEEP = {
  name: 'answer_meaning_keep',
  text: `insert into memory.answer_meaning (tenant_id, answer_id, project_id, asked, vector, cited, created_at)
    select $1, a.id, $3, $4, $5, $6, $7 from memory.answer a where a.tenant_id = $1 and a.id = $2
    on conflict do nothing`,
};
const SHARE = {
  name: 'answer_sources_share',
  text: `with there as (
      select m.id from memory.memory m where m.tenant_id = $1
        and m.id in (select memory_id from memory.answer_source where tenant_id = $1 and answer_id = $2) for key share),
    drawn as (insert into memory.answer_source (tenant_id, memory_id, answer_id)
      select $1, there.id, $3 from there on conflict do nothing)
    select array(select id::text from there) as ids`,
};
const IS_THERE = {
  name: 'answer_is_there',
  text: 'select from memory.answer where tenant_id = $1 and id = $2 for key share',
};

interface Row extends Omit<KeptMeaning, 'vector'> {
  vector: Buffer;
  citations: Citation[];
}

const toVector = (bytes: Buffer): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

/** The newest 100 answers that were asked for in the same way, whatever the question. */
export const findMeanings = async (tx: Transaction, projectId: string, asked: string): Promise<KeptMeaning[]> =>
  (await tx.query<Row>(FIND, [tx.caller.tenantId, projectId, asked])).map((row) => ({
    ...row,
    vector: toVector(row.vector),
  }));

export interface NewMeaning {
  readonly answerId: string;
  readonly projectId: string;
  readonly asked: string;
  readonly vector: Float32Array;
  /** Versions of the memories that it cites, by id. */
  readonly cited: Readonly<Record<string, number>>;
}

/** Lets an answer be given again once it is ANSWERED, unless it is gone. */
export async function keepMeaning(tx: Transaction, meaning: NewMeaning): Promise<void> {
  const { answerId, projectId, asked, vector, cited } = meaning;
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  await tx.query(KEEP, [tx.caller.tenantId, answerId, projectId, asked, bytes, JSON.stringify(cited), tx.now]);
}

/**
 * Makes `to` rest on all that `from` rests on: erasing one of these memories erases both.
 *
 * @returns ids of these memories; null: `from` was erased, and must not be given again
 */
export async function shareSources(tx: Transaction, from: string, to: string): Promise<string[] | null> {
  const [row] = await tx.query<{ ids: string[] }>(SHARE, [tx.caller.tenantId, from, to]);
  const there = await tx.query(IS_THERE, [tx.caller.tenantId, from]);
  return there.length > 0 ? (row?.ids ?? []) : null;
}
