import type { NewEvent } from '@rae/events';
import type { JsonValue } from '@rae/kernel';
import { formatUsd } from './money.ts';
import type { DecidingBudget, ReserveAsk } from './queries/reserve.ts';

const usd = (nano: string | null) => (nano === null ? null : formatUsd(BigInt(nano)));

/** The figures are those of the moment; the same names as in the events that platform.charge writes. */
const figuresOf = (budget: DecidingBudget): Record<string, JsonValue> => ({
  budgetId: budget.budgetId,
  scope: budget.scope,
  scopeId: budget.scopeId,
  window: budget.window,
  startsAt: budget.startsAt,
  resetsAt: budget.resetsAt,
  usedUsd: usd(budget.usedNano),
  limitUsd: usd(budget.limitNano),
  usedTokens: budget.usedTokens,
  limitTokens: budget.limitTokens,
});

/** That a budget refused a call, or changed its model. Of the tenant's own budgets every project hears nothing. */
export function toBudgetEvent(
  type: 'budget.blocked' | 'budget.downgraded',
  budget: DecidingBudget,
  ask: ReserveAsk,
): NewEvent {
  const projectId = budget.scope === 'TENANT' ? null : ask.project_id;
  const payload = {
    ...figuresOf(budget),
    requestedUsd: usd(ask.amount_nano),
    requestedTokens: ask.amount_tokens,
    askedModel: ask.asked_model,
    model: `${ask.provider}/${ask.model}`,
    projectId: ask.project_id,
    agentId: ask.agent_id,
  };
  return { type, projectId, subject: budget.budgetId, payload };
}
