import { findMemory } from '../services/memories/get-memory.ts';
import type { HeardMemory } from '../services/memories/hear-memories.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const MemoryEvent = {
  memory: ({ memoryId }: HeardMemory, _: unknown, ctx: MemoryContext) => findMemory(ctx, memoryId),
};
