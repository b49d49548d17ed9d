import { findMemory } from '../../services/get-memory.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const memory = (_: unknown, { id }: { id: string }, ctx: MemoryContext) => findMemory(ctx, id);
