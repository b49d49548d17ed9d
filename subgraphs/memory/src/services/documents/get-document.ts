import { badInput, isUuid, notFound, type Transaction } from '@rae/kernel';
import type { Document } from '../../domain/document.ts';
import { findDocuments } from '../../queries/find-documents.ts';
import type { MemoryContext } from '../memory-context.ts';

export type { Document };

/** One version of a document by its id; null when the tenant has none of it, or the key may not see its project. */
export const findDocument = async (ctx: MemoryContext, id: string): Promise<Document | null> =>
  isUuid(id) ? ctx.loaders.document.load(id) : null;

function checkId(id: string): void {
  if (!isUuid(id)) throw badInput('id', 'must be the UUID of a document');
}

/** @throws NOT_FOUND where findDocument gives null; BAD_USER_INPUT for what is no UUID */
export async function getDocument(ctx: MemoryContext, id: string): Promise<Document> {
  checkId(id);
  const document = await findDocument(ctx, id);
  if (!document) throw notFound('document', id);
  return document;
}

/** The same in a transaction. */
export async function getDocumentIn(tx: Transaction, id: string): Promise<Document> {
  checkId(id);
  const [document] = await findDocuments(tx, [id]);
  const { projectId } = tx.caller;
  if (!document || (projectId !== null && document.projectId !== projectId)) throw notFound('document', id);
  return document;
}
