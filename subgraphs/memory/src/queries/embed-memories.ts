import type { Transaction } from '@rae/kernel';

export interface Unembedded {
  readonly mid: string;
  readonly id: string;
  readonly projectId: string;
  readonly content: string;
  readonly speaker: string | null;
  readonly section: string | null;
  /** Title of the document whose chunk it is, where chunks are searched with their context; null elsewhere. */
  readonly title: string | null;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
}

const FIND = {
  name: 'memories_unembedded',
  text: `select m.mid, m.id, m.project_id as "projectId", m.content, m.speaker,
      m.user_id as "userId", m.agent_id as "agentId", m.session_id as "sessionId", m.section, d.title from memory.memory m
    left join memory.document d on d.tenant_id = m.tenant_id and d.id = m.document_id and d.contextualize
    where m.tenant_id = $1 and m.id = any($2::uuid[])
      and not exists (select from memory.vector v where v.tenant_id = m.tenant_id and v.project_id = m.project_id and v.mid = m.mid and v.model = $3)`,
};

/** A memory that was erased meanwhile gets no vector: the row is held while its vector is written. */
const WRITE = {
  name: 'vectors_write',
  text: `with given as (select * from jsonb_to_recordset($2::jsonb) as g(id uuid, vector text)),
    kept as (select m.project_id, m.mid, g.vector from memory.memory m join given g using (id) where m.tenant_id = $1 for key share of m)
    insert into memory.vector (tenant_id, project_id, mid, model, q) select $1, project_id, mid, $3, decode(vector, 'base64') from kept
    on conflict (tenant_id, project_id, mid) do update set model = excluded.model, q = excluded.q, tx = pg_current_xact_id()`,
};

/** Those of the memories that have no vector of this model yet. */
export const findUnembedded = (tx: Transaction, ids: readonly string[], model: string): Promise<Unembedded[]> =>
  tx.query<Unembedded>(FIND, [tx.caller.tenantId, ids, model]);

/** Writes vectors (int8 numbers) of memories by their ids. */
export async function writeVectors(
  tx: Transaction,
  model: string,
  vectors: readonly { id: string; vector: Buffer }[],
): Promise<void> {
  const given = vectors.map(({ id, vector }) => ({ id, vector: vector.toString('base64') }));
  await tx.query(WRITE, [tx.caller.tenantId, JSON.stringify(given), model]);
}
