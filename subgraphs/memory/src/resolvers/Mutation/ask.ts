import type { AskRequest } from '../../services/answers/answer-request.ts';
import { ask as answerQuestion } from '../../services/answers/ask.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const ask = async (_: unknown, { input }: { input: AskRequest }, ctx: MemoryContext) => ({
  answer: await answerQuestion(ctx, input),
});
