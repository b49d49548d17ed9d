import type { MemoryContext } from '../../services/memory-context.ts';
import { type CreateMemoryInput, supersedeMemory as supersede } from '../../services/supersede-memory.ts';

export const supersedeMemory = (_: unknown, { id, by }: { id: string; by: CreateMemoryInput }, ctx: MemoryContext) =>
  supersede(ctx, id, by);
