import { getDocument } from '../../services/documents/get-document.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const document = (_: unknown, { id }: { id: string }, ctx: MemoryContext) => getDocument(ctx, id);
