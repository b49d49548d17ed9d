import { getAnswer } from '../../services/answers/get-answer.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const answer = (_: unknown, { id }: { id: string }, ctx: MemoryContext) => getAnswer(ctx, id);
