import { findMemory } from '../services/memories/get-memory.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const Citation = {
  memory: ({ memoryId }: { memoryId: string }, _: unknown, ctx: MemoryContext) => findMemory(ctx, memoryId),
};
