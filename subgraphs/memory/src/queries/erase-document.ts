import type { Transaction } from '@rae/kernel';

const ERASE = {
  name: 'document_erase',
  text: `with document as (delete from memory.document where tenant_id = $1 and id = $2),
    erased as (delete from memory.memory where tenant_id = $1 and document_id = $2 returning project_id, mid, id),
    vectors as (delete from memory.vector v using erased e where v.tenant_id = $1 and v.project_id = e.project_id and v.mid = e.mid),
    revisions as (delete from memory.revision r using erased e where r.tenant_id = $1 and r.memory_id = e.id),
    opinions as (delete from memory.feedback f using erased e where f.tenant_id = $1 and f.memory_id = e.id),
    heirs as (update memory.memory m set superseded_by = null from erased e where m.tenant_id = $1 and m.superseded_by = e.id),
    uses as (delete from memory.usage u using erased e where u.tenant_id = $1 and u.memory_id = e.id),
    told as (insert into memory.gone (tenant_id, project_id, mid) select $1, project_id, mid from erased)
    select id from erased`,
};

/** Takes one version of a document away for good, with its chunks, their vectors, histories, uses and feedback. @returns the chunks' ids */
export const eraseDocument = async (tx: Transaction, documentId: string): Promise<string[]> =>
  (await tx.query<{ id: string }>(ERASE, [tx.caller.tenantId, documentId])).map(({ id }) => id);
