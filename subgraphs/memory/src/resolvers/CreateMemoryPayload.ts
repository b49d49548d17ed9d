import type { Memory } from '../services/memories/get-memory.ts';
import type { MemoryContext } from '../services/memory-context.ts';
import { findSimilar } from '../services/search/find-similar.ts';

export const CreateMemoryPayload = {
  similar: ({ memory }: { memory: Memory }, { first }: { first: number }, ctx: MemoryContext) =>
    findSimilar(ctx, memory, first),
};
