import type { BudgetInput } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';
import { setBudget as set } from '../../services/change-budgets.ts';

export const setBudget = async (_: unknown, { input }: { input: BudgetInput }, ctx: GovernanceContext) => ({
  budget: await set(ctx, input),
});
