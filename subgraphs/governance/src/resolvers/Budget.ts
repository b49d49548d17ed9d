import { type Budget as BudgetRow, formatUsd } from '@rae/metering';
import type { GovernanceContext } from '../loaders.ts';
import { forecastOf, periodsOf, remainingNano, remainingTokens, windowOf } from '../services/describe-budget.ts';

const usd = (nano: bigint | null): string | null => (nano === null ? null : formatUsd(nano));

export const Budget = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => ctx.loaders.budgets.load(id),
  limitUsd: ({ limitNano }: BudgetRow) => usd(limitNano),
  usedUsd: ({ usedNano }: BudgetRow) => formatUsd(usedNano),
  reservedUsd: ({ reservedNano }: BudgetRow) => formatUsd(reservedNano),
  remainingUsd: (budget: BudgetRow) => usd(remainingNano(budget)),
  remainingTokens,
  downgradeAt: ({ action, downgradeAt }: BudgetRow) => (action === 'DOWNGRADE' ? downgradeAt : null),
  windowStartsAt: (budget: BudgetRow, _: unknown, ctx: GovernanceContext) => windowOf(ctx, budget).startsAt,
  resetsAt: (budget: BudgetRow, _: unknown, ctx: GovernanceContext) => windowOf(ctx, budget).endsAt,
  forecast: (budget: BudgetRow, _: unknown, ctx: GovernanceContext) => forecastOf(ctx, budget),
  windows: (budget: BudgetRow, { first }: { first: number }, ctx: GovernanceContext) => periodsOf(ctx, budget, first),
};
