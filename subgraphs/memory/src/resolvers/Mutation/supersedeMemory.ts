import { type CreateMemoryInput, supersedeMemory as supersede } from '../../services/memories/supersede-memory.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const supersedeMemory = (_: unknown, { id, by }: { id: string; by: CreateMemoryInput }, ctx: MemoryContext) =>
  supersede(ctx, id, by);
