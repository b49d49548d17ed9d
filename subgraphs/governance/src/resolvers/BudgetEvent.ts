import type { GovernanceContext } from '../loaders.ts';
import type { HeardBudget } from '../services/hear-budgets.ts';

export const BudgetEvent = {
  budget: ({ budgetId }: HeardBudget, _: unknown, ctx: GovernanceContext) => ctx.loaders.budgets.load(budgetId),
};
