import { type GiveFeedbackInput, giveFeedback as give } from '../../services/memories/give-feedback.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const giveFeedback = (_: unknown, { input }: { input: GiveFeedbackInput }, ctx: MemoryContext) =>
  give(ctx, input);
