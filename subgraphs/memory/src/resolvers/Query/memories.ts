import { type ListMemoriesRequest, listMemories } from '../../services/memories/list-memories.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const memories = (_: unknown, request: ListMemoriesRequest, ctx: MemoryContext) => listMemories(ctx, request);
