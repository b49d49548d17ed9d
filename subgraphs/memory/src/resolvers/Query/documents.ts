import { type ListDocumentsRequest, listDocuments } from '../../services/documents/list-documents.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const documents = (_: unknown, request: ListDocumentsRequest, ctx: MemoryContext) => listDocuments(ctx, request);
