import { type Document as DocumentRow, findDocument } from '../services/documents/get-document.ts';
import { listChunks } from '../services/documents/list-chunks.ts';
import { findPreviousVersion } from '../services/documents/list-documents.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const Document = {
  __resolveReference: ({ id }: { id: string }, ctx: MemoryContext) => findDocument(ctx, id),
  previousVersion: (document: DocumentRow, _: unknown, ctx: MemoryContext) => findPreviousVersion(ctx, document),
  chunks: (document: DocumentRow, { first, after }: { first: number; after?: string | null }, ctx: MemoryContext) =>
    listChunks(ctx, document, first, after ?? null),
};
