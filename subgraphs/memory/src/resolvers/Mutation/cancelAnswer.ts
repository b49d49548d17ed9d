import { cancelAnswer as cancel } from '../../services/answers/cancel-answer.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const cancelAnswer = async (_: unknown, { id }: { id: string }, ctx: MemoryContext) => ({
  answer: await cancel(ctx, id),
});
