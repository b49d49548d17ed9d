import { type BudgetQuery, listBudgets } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';

export const budgets = (_: unknown, query: BudgetQuery, ctx: GovernanceContext) => listBudgets(ctx, query);
