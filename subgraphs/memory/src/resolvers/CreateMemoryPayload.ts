import { findSimilar } from '../services/find-similar.ts';
import type { Memory } from '../services/get-memory.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const CreateMemoryPayload = {
  similar: ({ memory }: { memory: Memory }, { first }: { first: number }, ctx: MemoryContext) =>
    findSimilar(ctx, memory, first),
};
