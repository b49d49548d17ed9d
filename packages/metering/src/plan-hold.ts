import type { Spend } from '@rae/kernel';
import { ask as askOnce, type MeteringContext } from './metering-context.ts';
import { checkCost } from './money-limit.ts';
import type { PlannedCall } from './planned-call.ts';
import { costOf, worstCaseOf } from './prices/cost-of.ts';
import type { ModelName } from './prices/normalise-model.ts';
import type { Price } from './prices/price.ts';
import { scopesOf } from './queries/budget-scopes.ts';
import { toSpendRow } from './queries/reservation-row.ts';
import type { DecidingBudget, ReserveAsk } from './queries/reserve.ts';
import { NO_USAGE } from './usage.ts';

/** What is asked for in one turn: budgets may name a cheaper model, a tenant a stand-in price. */
export interface Turn {
  readonly model: ModelName;
  /** `provider/model` of all turns so far, the first one's first. */
  readonly tried: readonly string[];
  /** The budget that changed the model; null: none did. */
  readonly because: DecidingBudget | null;
  readonly standIn: boolean;
  readonly freshTariff: boolean;
}

/** amount null: nobody knows the price. */
export interface PlannedHold {
  readonly ask: ReserveAsk;
  readonly amount: bigint | null;
  readonly because: DecidingBudget | null;
}

export const nameOf = ({ provider, model }: ModelName): string => `${provider}/${model}`;

async function priceOf(ctx: MeteringContext, spend: Spend, { model, standIn, freshTariff }: Turn, at: Date) {
  const read = ctx.tariffs.get(spend.caller.tenantId, freshTariff, (work) => askOnce(ctx, spend, work));
  const { version, overrides } = await read;
  const known = ctx.prices.priceAt(model.provider, model.model, at, overrides);
  const price: Price | null = known ?? (standIn ? ctx.prices.fallback(model.provider, model.model) : null);
  return { version, price };
}

/**
 * The most that a call can cost at the price in force now, as a row that is to hold it.
 *
 * @throws BAD_USER_INPUT when it would cost more than is counted
 */
export async function planHold(
  ctx: MeteringContext,
  spend: Spend,
  call: PlannedCall,
  turn: Turn,
  id: string,
): Promise<PlannedHold> {
  const at = ctx.clock.now();
  const { version, price } = await priceOf(ctx, spend, turn, at);
  const { inputTokens, maxOutputTokens, leaseSeconds, fixedModel = false } = call;
  const amount = price && checkCost('input', worstCaseOf(price, inputTokens, maxOutputTokens));
  const input = price && costOf(price, { ...NO_USAGE, inputTokens });
  const { scopes, scopeIds } = scopesOf(spend);
  const ask: ReserveAsk = {
    ...toSpendRow(spend),
    tenant_id: spend.caller.tenantId,
    id,
    subjects: spend.subjects,
    status: 'HELD',
    epoch: 0,
    asked_model: turn.tried[0] ?? nameOf(turn.model),
    ...turn.model,
    downgraded: turn.because !== null,
    input_tokens: inputTokens,
    max_output_tokens: maxOutputTokens,
    amount_nano: amount?.toString() ?? null,
    amount_tokens: inputTokens + maxOutputTokens,
    input_nano: input?.toString() ?? null,
    price,
    created_at: at,
    expires_at: new Date(at.getTime() + leaseSeconds * 1_000),
    scopes,
    scope_ids: scopeIds,
    version,
    tried: fixedModel ? null : turn.tried,
  };
  return { ask, amount, because: turn.because };
}
