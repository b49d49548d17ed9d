import type { MemoryContext } from '../../services/memory-context.ts';
import { type SearchRequest, searchMemories as search } from '../../services/search-memories.ts';

export const searchMemories = (_: unknown, { input }: { input: SearchRequest }, ctx: MemoryContext) =>
  search(ctx, input);
