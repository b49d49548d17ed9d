import { countRows, MAX_COUNT, type Transaction } from '@rae/kernel';
import { MEMORY_COLUMNS, type MemoryRow, type StoredMemory, toMemory } from '../domain/memory-row.ts';

const PAGE = {
  name: 'chunks_page',
  text: `select ${MEMORY_COLUMNS} from memory.memory where tenant_id = $1 and document_id = $2 and chunk_index > $3
    order by chunk_index limit $4`,
};
const COUNT = {
  name: 'chunks_count',
  text: `select count(*)::int as count from (
    select 1 from memory.memory where tenant_id = $1 and document_id = $2 limit ${MAX_COUNT + 1}) counted`,
};

/** The chunks of a document after a chunk number (-1: from the start), in order, whatever their status. */
export const pageChunks = async (
  tx: Transaction,
  documentId: string,
  after: number,
  limit: number,
): Promise<StoredMemory[]> =>
  (await tx.query<MemoryRow>(PAGE, [tx.caller.tenantId, documentId, after, limit])).map(toMemory);

export const countChunks = (tx: Transaction, documentId: string): Promise<number> =>
  countRows(tx, COUNT, [tx.caller.tenantId, documentId]);
