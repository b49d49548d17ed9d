import { mapStream } from '@rae/events';
import type { GovernanceContext } from '../../loaders.ts';
import { type HearRequest, hearBudgets } from '../../services/hear-budgets.ts';

export const budgetEvents = {
  subscribe: async (_: unknown, request: HearRequest, ctx: GovernanceContext) =>
    mapStream(await hearBudgets(ctx, request), ({ traceparent, ...budgetEvents }) => ({ traceparent, budgetEvents })),
};
