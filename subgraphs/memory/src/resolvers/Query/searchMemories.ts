import type { MemoryContext } from '../../services/memory-context.ts';
import { countHits } from '../../services/memory-usage.ts';
import { type SearchRequest, searchMemories as search } from '../../services/search-memories.ts';

export const searchMemories = async (_: unknown, { input }: { input: SearchRequest }, ctx: MemoryContext) => {
  const result = await search(ctx, input);
  countHits(ctx, result.hits);
  return result;
};
