import { isUuid, notFound, PlatformError } from '@rae/kernel';
import { checkUsed, toLineUse, type UsedCall, usageOf } from './line-use.ts';
import { ask as askOnce, type KeptHold, type MeteringContext, type Payer } from './metering-context.ts';
import { aboutOf } from './queries/about.ts';
import { findReservation } from './queries/find-reservation.ts';
import type { SettleAnswer } from './queries/settle.ts';
import { tellSettled } from './tell-settled.ts';

/** The line that a call became. */
export interface Settled {
  readonly ledgerId: string;
  /** True when it was settled before, and this changed nothing. */
  readonly repeated: boolean;
}

async function getHold(ctx: MeteringContext, payer: Payer, id: string): Promise<KeptHold> {
  const { tenantId } = payer.caller;
  const kept = ctx.held.get(id);
  if (kept?.tenantId === tenantId) return kept;
  const found = await askOnce(ctx, payer, (tx) => findReservation(tx, id));
  if (!found) throw notFound('reservation', id);
  return { tenantId, ...found };
}

const conflict = (message: string, id: string, details: Record<string, string> = {}) =>
  new PlatformError('CONFLICT', message, { reservationId: id, retryable: false, ...details });

function explain(answer: Exclude<SettleAnswer, { outcome: 'BOOKED' | 'REPEATED' }>, id: string): PlatformError {
  if (answer.outcome === 'RELEASED')
    return conflict(
      'This reservation was released, so its call was never made; recordUsage books a call without one.',
      id,
    );
  if (answer.outcome === 'OTHER')
    return conflict('This reservation was settled with another usage, and a line is never changed.', id, {
      ledgerId: answer.ledgerId,
    });
  return notFound('reservation', id);
}

/**
 * Turns a reservation into its ledger line at what the call really used, at the price that was in force when it was
 * admitted, and frees what was held too much. More than was held is booked in full. After the lease was settled at its input
 * cost, it adds one ADJUSTMENT of the difference. The same usage again gives the same line.
 *
 * @throws NOT_FOUND; CONFLICT when it was released, or settled with another usage; BAD_USER_INPUT naming the field
 */
export async function settleCall(ctx: MeteringContext, payer: Payer, id: string, used: UsedCall): Promise<Settled> {
  const checked = checkUsed(used);
  if (!isUuid(id)) throw notFound('reservation', id);
  const { price } = await getHold(ctx, payer, id);
  const line = toLineUse(checked, price, ctx.clock.now().getTime());
  const { tenantId, projectId } = payer.caller;
  const settlement = { id, projectId, usage: usageOf(checked), line, expire: false, about: aboutOf(payer) };
  const answer = await ctx.together.settle(tenantId, settlement);
  ctx.held.delete(id);
  if (answer.outcome === 'REPEATED') return { ledgerId: answer.ledgerId, repeated: true };
  if (answer.outcome !== 'BOOKED') throw explain(answer, id);
  await tellSettled(ctx, tenantId, id, answer, 'settled');
  return { ledgerId: answer.ledgerId, repeated: false };
}
