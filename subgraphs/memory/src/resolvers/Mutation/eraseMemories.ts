import type { MemoryContext } from '../../services/memory-context.ts';
import { type EraseMemoriesRequest, eraseMatching } from '../../services/request-erasure.ts';

export const eraseMemories = async (_: unknown, request: EraseMemoriesRequest, ctx: MemoryContext) => ({
  erasure: await eraseMatching(ctx, request),
});
