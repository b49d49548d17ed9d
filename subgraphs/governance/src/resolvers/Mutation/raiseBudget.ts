import type { GovernanceContext } from '../../loaders.ts';
import { raiseBudget as raise } from '../../services/change-budgets.ts';

export const raiseBudget = async (
  _: unknown,
  { input }: { input: Parameters<typeof raise>[1] },
  ctx: GovernanceContext,
) => ({ budget: await raise(ctx, input) });
