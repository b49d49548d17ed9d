import { type ListAnswersRequest, listAnswers } from '../../services/answers/list-answers.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const answers = (_: unknown, request: ListAnswersRequest, ctx: MemoryContext) => listAnswers(ctx, request);
