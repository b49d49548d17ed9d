import type { Transaction } from '@rae/kernel';
import type { Document } from '../domain/document.ts';
import { DOCUMENT_COLUMNS, type DocumentRow, toDocument } from './document-row.ts';

const FIND = {
  name: 'document_old_versions',
  text: `select ${DOCUMENT_COLUMNS} from memory.document
    where tenant_id = $1 and project_id = $2 and superseded_at < $3 order by superseded_at, id`,
};

/** Versions of a project's documents that a newer one replaced before `before`. */
export const findOldVersions = async (tx: Transaction, projectId: string, before: Date): Promise<Document[]> =>
  (await tx.query<DocumentRow>(FIND, [tx.caller.tenantId, projectId, before])).map(toDocument);
