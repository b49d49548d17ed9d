import { assertOutsideTransaction } from '@rae/database';
import { uuidv7 } from '@rae/kernel';
import { currentTraceId } from '@rae/telemetry';
import { ask as askOnce, type MeteringContext, type Payer } from './metering-context.ts';
import { costOf } from './prices/cost-of.ts';
import type { ModelName } from './prices/normalise-model.ts';
import type { PriceOverride } from './prices/price-book.ts';
import {
  type Adjustment,
  adjustAll,
  type BookedCall,
  listBookedCalls,
  type ModelSince,
} from './queries/booked-calls.ts';
import { loadTariff } from './queries/load-tariff.ts';
import { tellCost } from './tell.ts';

/** Lines of one transaction, for which the tenant's chain is held. */
const PAGE = 200;

function planAdjustment(
  { prices, clock }: MeteringContext,
  call: BookedCall,
  { provider, model }: ModelName,
  overrides: readonly PriceOverride[],
): Adjustment | null {
  const price = prices.priceAt(provider, model, call.occurredAt, overrides);
  if (!price) return null;
  const difference = costOf(price, call) - BigInt(call.costNano ?? 0);
  if (difference === 0n && call.costNano !== null) return null;
  const costNano = difference.toString();
  return {
    id: uuidv7(clock.now().getTime()),
    adjusts: call.id,
    bookedNano: call.costNano,
    costNano,
    price,
    traceId: currentTraceId(),
  };
}

/** @returns how many lines were written */
async function adjustCalls(ctx: MeteringContext, payer: Payer, planned: readonly Adjustment[]): Promise<number> {
  if (planned.length === 0) return 0;
  const lines = await askOnce(ctx, payer, (tx) => adjustAll(tx, planned));
  const written = lines.filter((line) => line !== null);
  for (const line of written) tellCost(ctx, payer.caller.tenantId, line, 're-priced');
  return written.length;
}

/**
 * Books the difference between what calls of a model since an instant cost and what they cost at the prices in force now:
 * ADJUSTMENT lines that move the budgets and sums of when the calls were made. What agrees gets none, so that doing it twice
 * adds nothing. Whole windows may pass their limit by it, which budget.exceeded tells.
 *
 * @returns how many lines were written
 */
export async function repriceSince(ctx: MeteringContext, payer: Payer, of: ModelSince): Promise<number> {
  assertOutsideTransaction('re-pricing');
  const name = ctx.prices.normalise(of.model, of.provider);
  let after = 0;
  let written = 0;
  const { overrides } = await askOnce(ctx, payer, loadTariff);
  for (;;) {
    const calls = await askOnce(ctx, payer, (tx) => listBookedCalls(tx, { ...name, since: of.since }, after, PAGE));
    const planned = calls.flatMap((call) => planAdjustment(ctx, call, name, overrides) ?? []);
    written += await adjustCalls(ctx, payer, planned);
    after = calls.at(-1)?.number ?? after;
    if (calls.length < PAGE) break;
  }
  if (written > 0) await ctx.side.recount();
  return written;
}
