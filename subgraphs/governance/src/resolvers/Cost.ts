import { formatUsd } from '@rae/metering';
import type { GovernanceContext } from '../loaders.ts';
import { costLogOf } from '../services/cost-log-of.ts';
import { type CostSource, findCost } from '../services/find-cost.ts';
import { budgetsOfCost } from '../services/paying-budgets.ts';

const totalsOf = ({ type, of }: CostSource, ctx: GovernanceContext) => ctx.loaders.costs.load({ type, id: of });

export const Cost = {
  __resolveReference: ({ id }: { id: string }) => findCost(id),
  totalUsd: async (cost: CostSource, _: unknown, ctx: GovernanceContext) =>
    formatUsd((await totalsOf(cost, ctx)).costNano),
  savedUsd: async (cost: CostSource, _: unknown, ctx: GovernanceContext) =>
    formatUsd((await totalsOf(cost, ctx)).savedNano),
  inputTokens: async (cost: CostSource, _: unknown, ctx: GovernanceContext) => (await totalsOf(cost, ctx)).inputTokens,
  outputTokens: async (cost: CostSource, _: unknown, ctx: GovernanceContext) =>
    (await totalsOf(cost, ctx)).outputTokens,
  calls: async (cost: CostSource, _: unknown, ctx: GovernanceContext) => (await totalsOf(cost, ctx)).calls,
  unpricedCalls: async (cost: CostSource, _: unknown, ctx: GovernanceContext) =>
    (await totalsOf(cost, ctx)).unpricedCalls,
  pending: async (cost: CostSource, _: unknown, ctx: GovernanceContext) => (await totalsOf(cost, ctx)).pending,
  log: ({ type, of }: CostSource, { first }: { first: number }, ctx: GovernanceContext) =>
    costLogOf(ctx, { type, id: of }, first),
  budgets: ({ type, of }: CostSource, _: unknown, ctx: GovernanceContext) => budgetsOfCost(ctx, { type, id: of }),
};
