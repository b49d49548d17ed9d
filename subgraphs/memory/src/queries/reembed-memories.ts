import type { Transaction } from '@rae/kernel';
import type { Unembedded } from './embed-memories.ts';

/** Rows looked at in one statement. */
const SCANNED = 2_000;
const MOVED = 1_000;

/** A vector of this model and size; another size under the same name is another model. */
const hasVector = (table: string) => `exists (select from memory.${table} v where v.tenant_id = m.tenant_id
      and v.project_id = m.project_id and v.mid = m.mid and v.model = $2 and octet_length(v.q) = $3)`;

const FIND = {
  name: 'memories_to_reembed',
  text: `with scanned as (select * from memory.memory where tenant_id = $1 and (project_id, mid) > ($4, $5::bigint)
      order by project_id, mid limit ${SCANNED})
    select m.mid, m.id, m.project_id as "projectId", m.content, m.speaker, m.user_id as "userId", m.agent_id as "agentId",
      m.session_id as "sessionId", m.section, d.title,
      ${hasVector('vector')} or ${hasVector('vector_next')} as "isDone"
    from scanned m left join memory.document d on d.tenant_id = m.tenant_id and d.id = m.document_id and d.contextualize
    order by m.project_id, m.mid`,
};

const WRITE = {
  name: 'vectors_next_write',
  text: `with given as (select * from jsonb_to_recordset($2::jsonb) as g(id uuid, vector text)),
    kept as (select m.project_id, m.mid, g.vector from memory.memory m join given g using (id) where m.tenant_id = $1 for key share of m)
    insert into memory.vector_next (tenant_id, project_id, mid, model, q) select $1, project_id, mid, $3, decode(vector, 'base64') from kept
    on conflict (tenant_id, project_id, mid) do update set model = excluded.model, q = excluded.q`,
};

const MOVE = {
  name: 'vectors_next_move',
  text: `with picked as (select project_id, mid from memory.vector_next where tenant_id = $1 order by project_id, mid limit ${MOVED} for update),
    moved as (delete from memory.vector_next n using picked p
      where n.tenant_id = $1 and n.project_id = p.project_id and n.mid = p.mid returning n.*),
    written as (insert into memory.vector (tenant_id, project_id, mid, model, q)
      select tenant_id, project_id, mid, model, q from moved where model = $2 and octet_length(q) = $3
      on conflict (tenant_id, project_id, mid) do update set model = excluded.model, q = excluded.q, tx = pg_current_xact_id())
    select count(*)::int as count from moved`,
};

/** A project's number of a memory, from which on a scan goes on. */
export interface ScanPlace {
  readonly projectId: string;
  readonly mid: string;
}

/** Before all of a tenant's memories. */
export const FIRST_PLACE: ScanPlace = { projectId: '00000000-0000-0000-0000-000000000000', mid: '0' };

export interface Scanned extends Unembedded {
  /** It has a vector of the model already. */
  readonly isDone: boolean;
}

/** The next of the tenant's memories, at most 2 000, whatever their status. */
export const scanMemories = (
  tx: Transaction,
  model: string,
  dimensions: number,
  { projectId, mid }: ScanPlace,
): Promise<Scanned[]> => tx.query<Scanned>(FIND, [tx.caller.tenantId, model, dimensions, projectId, mid]);

/** Keeps vectors (int8 numbers) of the model that is to follow; memories that were erased meanwhile get none. */
export async function writeNextVectors(
  tx: Transaction,
  model: string,
  vectors: readonly { id: string; vector: Buffer }[],
): Promise<void> {
  const given = vectors.map(({ id, vector }) => ({ id, vector: vector.toString('base64') }));
  await tx.query(WRITE, [tx.caller.tenantId, JSON.stringify(given), model]);
}

/** Puts at most 1 000 of the kept vectors in the place of the old ones; those of any other model are dropped. @returns how many it dealt with */
export const moveNextVectors = async (tx: Transaction, model: string, dimensions: number): Promise<number> =>
  (await tx.query<{ count: number }>(MOVE, [tx.caller.tenantId, model, dimensions]))[0]?.count ?? 0;
