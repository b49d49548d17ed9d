import { type CreateMemoryInput, createMemory as create } from '../../services/memories/create-memories.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const createMemory = async (_: unknown, { input }: { input: CreateMemoryInput }, ctx: MemoryContext) => {
  const { memories, cursors, deduplicated } = await create(ctx, input);
  return { memory: memories[0], cursor: cursors[0], deduplicated: deduplicated[0] };
};
