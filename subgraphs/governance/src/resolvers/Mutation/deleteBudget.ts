import type { GovernanceContext } from '../../loaders.ts';
import { deleteBudget as end } from '../../services/change-budgets.ts';

export const deleteBudget = (_: unknown, { id }: { id: string }, ctx: GovernanceContext) => end(ctx, id);
