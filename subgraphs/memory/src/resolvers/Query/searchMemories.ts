import { countHits } from '../../services/memories/memory-usage.ts';
import type { MemoryContext } from '../../services/memory-context.ts';
import { type SearchRequest, searchMemories as search } from '../../services/search/search-memories.ts';

export const searchMemories = async (_: unknown, { input }: { input: SearchRequest }, ctx: MemoryContext) => {
  const result = await search(ctx, input);
  countHits(ctx, result.hits);
  return result;
};
