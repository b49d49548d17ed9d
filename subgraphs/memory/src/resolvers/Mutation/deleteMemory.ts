import { deleteMemory as erase } from '../../services/memories/delete-memory.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const deleteMemory = (_: unknown, { id }: { id: string }, ctx: MemoryContext) => erase(ctx, id);
