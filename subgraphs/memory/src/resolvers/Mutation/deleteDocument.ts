import { deleteDocument as erase } from '../../services/documents/delete-document.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

interface Args {
  id: string;
  allVersions: boolean;
}

export const deleteDocument = (_: unknown, { id, allVersions }: Args, ctx: MemoryContext) =>
  erase(ctx, id, allVersions);
