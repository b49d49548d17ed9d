import { getMemory } from '../../services/get-memory.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const memory = (_: unknown, { id }: { id: string }, ctx: MemoryContext) => getMemory(ctx, id);
