import { type UpdateMemoryInput, updateMemory as update } from '../../services/memories/update-memory.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const updateMemory = (_: unknown, { input }: { input: UpdateMemoryInput }, ctx: MemoryContext) =>
  update(ctx, input);
