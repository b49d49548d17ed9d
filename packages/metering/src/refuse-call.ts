import { recordEvent } from '@rae/events';
import type { Spend } from '@rae/kernel';
import { toBudgetEvent } from './budget-events.ts';
import { type MeteringContext, transactAs } from './metering-context.ts';
import { formatUsd } from './money.ts';
import { nameOf, type PlannedHold } from './plan-hold.ts';
import { countRejection } from './queries/count-rejection.ts';
import type { DecidingBudget } from './queries/reserve.ts';
import { explainRefusal, type Refused } from './refusals.ts';
import { tellBlock } from './tell.ts';

const decidedBy = (refused: Refused): DecidingBudget | null =>
  refused.outcome === 'EXCEEDED' ? refused : (refused.budget ?? null);

/**
 * Counts and tells a refusal, in a transaction of its own since the one that decided it left nothing behind, and throws it.
 *
 * @throws BUDGET_EXCEEDED
 */
export async function refuseCall(
  ctx: MeteringContext,
  spend: Spend,
  { ask, amount }: PlannedHold,
  refused: Refused,
): Promise<never> {
  const budget = decidedBy(refused);
  if (budget)
    await transactAs(ctx, spend, async (tx) => {
      await countRejection(tx, budget.budgetId, budget.startsAt);
      await recordEvent(tx, toBudgetEvent('budget.blocked', budget, ask));
    });
  const model = nameOf(ask);
  tellBlock(ctx, {
    tenant: ask.tenant_id,
    model,
    tokens: ask.amount_tokens,
    costUsd: amount === null ? null : formatUsd(amount),
    budgetId: budget?.budgetId ?? null,
    reason: refused.outcome === 'UNPRICED' ? 'UNPRICED' : 'LIMIT',
  });
  throw explainRefusal(refused, { model, nano: amount, tokens: ask.amount_tokens });
}
