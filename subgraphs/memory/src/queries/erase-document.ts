import type { Transaction } from '@rae/kernel';
import { eraseMemories } from './erase-memories.ts';

const CHUNKS = {
  name: 'document_chunks_lock',
  text: `select id, project_id as "projectId", mid from memory.memory where tenant_id = $1 and document_id = $2
    order by mid for update`,
};
const ERASE = { name: 'document_erase', text: 'delete from memory.document where tenant_id = $1 and id = $2' };

/** Takes one version of a document away for good, with its chunks and all that is kept of them. @returns the chunks' ids */
export async function eraseDocument(tx: Transaction, documentId: string): Promise<string[]> {
  const of = [tx.caller.tenantId, documentId];
  const chunks = await tx.query<{ id: string; projectId: string; mid: string }>(CHUNKS, of);
  const keys = chunks.map(({ id, projectId, mid }) => ({ id, projectId, mid: Number(mid), documentId: null }));
  await eraseMemories(tx, keys);
  await tx.query(ERASE, of);
  return keys.map(({ id }) => id);
}
