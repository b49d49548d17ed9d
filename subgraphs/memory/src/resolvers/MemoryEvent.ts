import { findMemory } from '../services/get-memory.ts';
import type { HeardMemory } from '../services/hear-memories.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const MemoryEvent = {
  memory: ({ memoryId }: HeardMemory, _: unknown, ctx: MemoryContext) => findMemory(ctx, memoryId),
};
