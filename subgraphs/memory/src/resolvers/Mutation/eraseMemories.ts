import { type EraseMemoriesRequest, eraseMatching } from '../../services/erasure/request-erasure.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const eraseMemories = async (_: unknown, request: EraseMemoriesRequest, ctx: MemoryContext) => ({
  erasure: await eraseMatching(ctx, request),
});
