import type { Transaction } from '@rae/kernel';
import type { Document, NewDocument } from '../domain/document.ts';
import { DOCUMENT_COLUMNS, type DocumentRow, toDocument } from './document-row.ts';

const BY_ID = {
  name: 'documents_by_id',
  text: `select ${DOCUMENT_COLUMNS} from memory.document where tenant_id = $1 and id = any($2::uuid[])`,
};
const VERSIONS = {
  name: 'document_versions',
  text: `select ${DOCUMENT_COLUMNS} from memory.document
    where tenant_id = $1 and project_id = $2 and collection = $3 and uri = $4 order by version desc`,
};
const UNNAMED = {
  name: 'document_unnamed',
  text: `select ${DOCUMENT_COLUMNS} from memory.document
    where tenant_id = $1 and project_id = $2 and collection = $3 and uri is null and content_hash = $4 and title = $5 limit 1`,
};
const LOCK = {
  name: 'document_lock',
  text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
};

/** The tenant's documents of these ids; those that are not there are left out. In no order. */
export const findDocuments = async (tx: Transaction, ids: readonly string[]): Promise<Document[]> =>
  (await tx.query<DocumentRow>(BY_ID, [tx.caller.tenantId, ids])).map(toDocument);

/** All versions of the document of that name, newest first. */
export const findVersions = async (
  tx: Transaction,
  { projectId, collection, uri }: Pick<Document, 'projectId' | 'collection' | 'uri'>,
): Promise<Document[]> =>
  (await tx.query<DocumentRow>(VERSIONS, [tx.caller.tenantId, projectId, collection, uri])).map(toDocument);

/** What is there of a document that is to be written: the newest version of its uri, or, without one, the same title and content. */
export async function findNewest(tx: Transaction, projectId: string, given: NewDocument): Promise<Document | null> {
  const { collection, uri, contentHash, title } = given;
  if (uri !== null) return (await findVersions(tx, { projectId, collection, uri }))[0] ?? null;
  const rows = await tx.query<DocumentRow>(UNNAMED, [tx.caller.tenantId, projectId, collection, contentHash, title]);
  return rows[0] ? toDocument(rows[0]) : null;
}

/** Lets one transaction at a time write a document of that name: two at once would both make the next version. */
export async function lockDocument(tx: Transaction, projectId: string, given: NewDocument): Promise<void> {
  const { collection, uri, contentHash, title } = given;
  const name = uri === null ? [contentHash, title] : [uri];
  await tx.query(LOCK, [JSON.stringify([tx.caller.tenantId, projectId, collection, ...name])]);
}
