import { isPlatformError, type Spend } from '@rae/kernel';
import type { MemoryContext } from '../memory-context.ts';

export interface ModelRequest {
  readonly system: string;
  readonly prompt: string;
  readonly maxOutputTokens: number;
}

/** What a model wrote, or why it did not; called false: a budget refused the call before it was made. */
export type ModelAnswer =
  | { readonly text: string; readonly model: string }
  | { readonly reason: string; readonly called: boolean };

/** All of it must be written before the lease of the run is over (2 minutes), or an equal call would pay again. */
export const WITHIN_MS = 90_000;

/**
 * Asks the configured language model. One that is away, too slow, or refused by a budget is no error here: its caller does
 * without. Called only where a model is configured.
 *
 * @param deadline a signal of AbortSignal.timeout(WITHIN_MS), shared by the calls of one run
 * @throws CANCELLED when the caller is gone
 */
export async function askModel(
  ctx: MemoryContext,
  request: ModelRequest,
  spend: Spend,
  deadline: AbortSignal,
): Promise<ModelAnswer> {
  const signal = AbortSignal.any([deadline, ...(ctx.signal ? [ctx.signal] : [])]);
  try {
    return await ctx.generator.generate({ ...request, model: null, maxCostNano: null }, spend, signal);
  } catch (error) {
    if (deadline.aborted)
      return { reason: `The model did not answer within ${WITHIN_MS / 1_000} seconds.`, called: true };
    if (!isPlatformError(error) || (error.code !== 'MODEL_UNAVAILABLE' && error.code !== 'BUDGET_EXCEEDED'))
      throw error;
    return { reason: error.message, called: error.code === 'MODEL_UNAVAILABLE' };
  }
}
