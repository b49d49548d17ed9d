import { mapStream } from '@rae/events';
import type { AskRequest } from '../../services/answers/answer-request.ts';
import { hearAnswer } from '../../services/answers/hear-answer.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

interface Args {
  input: AskRequest;
  after?: string | null;
}

export const askStream = {
  subscribe: async (_: unknown, { input, after }: Args, ctx: MemoryContext) =>
    mapStream(await hearAnswer(ctx, input, after ?? null), (askStream) => ({ askStream })),
};
