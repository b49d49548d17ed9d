import type { Transaction } from '@rae/kernel';

/** One memory by what its rows in other tables are found. */
export interface MemoryKey {
  readonly id: string;
  readonly projectId: string;
  readonly mid: number;
  readonly documentId: string | null;
}

const ERASE = {
  name: 'memories_erase',
  text: `with erased as (
      delete from memory.memory m using unnest($2::uuid[], $3::uuid[], $4::bigint[]) as e(id, project_id, mid)
        where m.tenant_id = $1 and m.project_id = e.project_id and m.mid = e.mid returning m.project_id, m.mid),
    vectors as (
      delete from memory.vector v using unnest($3::uuid[], $4::bigint[]) as e(project_id, mid)
        where v.tenant_id = $1 and v.project_id = e.project_id and v.mid = e.mid),
    revisions as (delete from memory.revision where tenant_id = $1 and memory_id = any($2)),
    uses as (delete from memory.usage where tenant_id = $1 and memory_id = any($2)),
    opinions as (delete from memory.feedback where tenant_id = $1 and memory_id = any($2)),
    origins as (delete from memory.source where tenant_id = $1 and memory_id = any($2)),
    heirs as (update memory.memory set superseded_by = null where tenant_id = $1 and superseded_by = any($2) and id <> all($2))
    insert into memory.gone (tenant_id, project_id, mid) select $1, project_id, mid from erased`,
};

const EMPTY_DOCUMENTS = {
  name: 'documents_erase_empty',
  text: `delete from memory.document d where d.tenant_id = $1 and d.id = any($2)
    and not exists (select from memory.memory m where m.tenant_id = $1 and m.document_id = d.id)`,
};

const FORGET_TAGS = { name: 'events_forget_tags', text: 'select platform.forget_event_tags($1)' };

/**
 * Takes memories away for good, each with its vector, history, uses, feedback and the tags of its events, and tells every
 * search index so. A document of which nothing is left goes with them. They are held already, so that no event about them
 * comes after.
 */
export async function eraseMemories(tx: Transaction, keys: readonly MemoryKey[]): Promise<void> {
  const { tenantId } = tx.caller;
  const ids = keys.map(({ id }) => id);
  const documents = [...new Set(keys.flatMap(({ documentId }) => documentId ?? []))];
  await tx.query(ERASE, [tenantId, ids, keys.map(({ projectId }) => projectId), keys.map(({ mid }) => mid)]);
  await tx.query(FORGET_TAGS, [ids]);
  if (documents.length > 0) await tx.query(EMPTY_DOCUMENTS, [tenantId, documents]);
}
