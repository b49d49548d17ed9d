import { PlatformError } from '@rae/kernel';
import { formatUsd } from './money.ts';
import type { DecidingBudget, ReserveAnswer } from './queries/reserve.ts';

/** What was asked for; nano null: nobody knows the price. */
export interface Requested {
  readonly model: string;
  readonly nano: bigint | null;
  readonly tokens: number;
}

export type Refused = Extract<ReserveAnswer, { outcome: 'EXCEEDED' | 'UNPRICED' }>;

const usd = (nano: string | null): string | null => (nano === null ? null : formatUsd(BigInt(nano)));

/** Whether it is money that is short; tokens otherwise. */
const isMoneyShort = ({ limitNano, usedNano, reservedNano }: DecidingBudget, requested: bigint | null): boolean =>
  limitNano !== null && BigInt(usedNano) + BigInt(reservedNano) + (requested ?? 0n) > BigInt(limitNano);

function figuresOf(budget: DecidingBudget, { nano, tokens, model }: Requested) {
  const { budgetId, scope, scopeId, window, resetsAt, limitNano, usedNano, reservedNano } = budget;
  const common = { budgetId, scope, scopeId, window, resetsAt, model };
  if (isMoneyShort(budget, nano)) {
    const figures = { limit: usd(limitNano), used: usd(usedNano), reserved: usd(reservedNano) };
    return { ...common, unit: 'USD', ...figures, requested: nano === null ? null : formatUsd(nano) };
  }
  const { limitTokens, usedTokens, reservedTokens } = budget;
  return {
    ...common,
    unit: 'TOKENS',
    limit: limitTokens,
    used: usedTokens,
    reserved: reservedTokens,
    requested: tokens,
  };
}

function explainPriceless(budget: DecidingBudget | undefined, { model }: Requested): PlatformError {
  const why = budget
    ? `a ${budget.window} budget of ${budget.scope} ${budget.scopeId} counts USD`
    : 'this tenant refuses calls without a price';
  const of = budget && {
    budgetId: budget.budgetId,
    scope: budget.scope,
    scopeId: budget.scopeId,
    window: budget.window,
    limit: usd(budget.limitNano),
    used: usd(budget.usedNano),
    reserved: usd(budget.reservedNano),
    resetsAt: budget.resetsAt,
  };
  const message = `Nobody knows the price of ${model}, and ${why}. Set one with setModelPrice, or change unpricedPolicy.`;
  return new PlatformError('BUDGET_EXCEEDED', message, { reason: 'UNPRICED', model, requested: null, ...of });
}

/** BUDGET_EXCEEDED, naming the budget, what is left of it and when it begins anew. */
export function explainRefusal(refused: Refused, requested: Requested): PlatformError {
  if (refused.outcome === 'UNPRICED') return explainPriceless(refused.budget, requested);
  const figures = figuresOf(refused, requested);
  const { scope, scopeId, window, limit, used, reserved, unit, resetsAt } = figures;
  const until = resetsAt === null ? 'It does not reset' : `It resets at ${resetsAt}`;
  const message = `The ${window} budget of ${scope} ${scopeId} has no room for ${figures.requested} ${unit}: of ${limit}, ${used} are used and ${reserved} held. ${until}; raiseBudget makes room sooner.`;
  return new PlatformError('BUDGET_EXCEEDED', message, { reason: 'LIMIT', ...figures });
}
