import { assertOutsideTransaction } from '@rae/database';
import { uuidv7 } from '@rae/kernel';
import { currentTraceId } from '@rae/telemetry';
import { ask as askOnce, type MeteringContext, type Payer } from './metering-context.ts';
import { costOf } from './prices/cost-of.ts';
import type { ModelName } from './prices/normalise-model.ts';
import type { PriceOverride } from './prices/price-book.ts';
import { type Adjustment, adjust, type BookedCall, listBookedCalls, type ModelSince } from './queries/booked-calls.ts';
import { loadTariff } from './queries/load-tariff.ts';
import { tellCost } from './tell.ts';

const PAGE = 500;

function planAdjustment(
  { prices }: MeteringContext,
  call: BookedCall,
  { provider, model }: ModelName,
  overrides: readonly PriceOverride[],
): Omit<Adjustment, 'id'> | null {
  const price = prices.priceAt(provider, model, call.occurredAt, overrides);
  if (!price) return null;
  const difference = costOf(price, call) - BigInt(call.costNano ?? 0);
  if (difference === 0n && call.costNano !== null) return null;
  const costNano = difference.toString();
  return { adjusts: call.id, bookedNano: call.costNano, costNano, price, traceId: currentTraceId() };
}

/** Each in a transaction of its own: a chain that is held while windows are waited for would stop the tenant. */
async function adjustCall(ctx: MeteringContext, payer: Payer, planned: Omit<Adjustment, 'id'>): Promise<boolean> {
  const id = uuidv7(ctx.clock.now().getTime());
  const line = await askOnce(ctx, payer, (tx) => adjust(tx, { ...planned, id }));
  if (line) tellCost(ctx, payer.caller.tenantId, line, 're-priced');
  return line !== null;
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
    for (const call of calls) {
      const planned = planAdjustment(ctx, call, name, overrides);
      if (planned && (await adjustCall(ctx, payer, planned))) written++;
    }
    after = calls.at(-1)?.number ?? after;
    if (calls.length < PAGE) break;
  }
  if (written > 0) await ctx.side.recount();
  return written;
}
