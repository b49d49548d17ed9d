import type { HeardFrame } from '../services/answers/hear-answer.ts';
import { restoreSearch } from '../services/answers/stored-search.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const AskRetrieved = {
  answerId: ({ answer }: HeardFrame) => answer.id,
  search: ({ answer }: HeardFrame, _: unknown, ctx: MemoryContext) => restoreSearch(ctx, answer.search),
};
