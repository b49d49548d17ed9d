import type { MemoryContext } from '../../services/memory-context.ts';
import { type UpdateMemoryInput, updateMemory as update } from '../../services/update-memory.ts';

export const updateMemory = (_: unknown, { input }: { input: UpdateMemoryInput }, ctx: MemoryContext) =>
  update(ctx, input);
