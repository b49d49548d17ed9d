import type { HeardFrame } from '../services/hear-answer.ts';
import type { MemoryContext } from '../services/memory-context.ts';
import { restoreSearch } from '../services/stored-search.ts';

export const AskRetrieved = {
  answerId: ({ answer }: HeardFrame) => answer.id,
  search: ({ answer }: HeardFrame, _: unknown, ctx: MemoryContext) => restoreSearch(ctx, answer.search),
};
