import { type Answer as AnswerRow, findAnswer } from '../services/answers/get-answer.ts';
import { restoreSearch } from '../services/answers/stored-search.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const Answer = {
  __resolveReference: ({ id }: { id: string }, ctx: MemoryContext) => findAnswer(ctx, id),
  search: ({ search }: AnswerRow, _: unknown, ctx: MemoryContext) => restoreSearch(ctx, search),
  cost: ({ id }: AnswerRow) => ({ __typename: 'Cost', id: `answer:${id}` }),
  failure: ({ error }: AnswerRow) => error,
};
