import { SYSTEM_CALLER, WORKER_SCOPE } from '@rae/database';
import { NO_CAUSE } from '@rae/kernel';
import { toLineUse } from './line-use.ts';
import type { MeteringContext } from './metering-context.ts';
import { aboutOf } from './queries/about.ts';
import { findDueHolds } from './queries/find-due-holds.ts';
import { tellSettled } from './tell-settled.ts';
import { NO_USAGE } from './usage.ts';

const AT_ONCE = 200;

/** What the line of an expired hold says; Postgres fills in the input that was held for. */
const NOTHING_KNOWN = {
  usage: NO_USAGE,
  cacheHit: false,
  estimated: true,
  latencyMs: null,
  timeToFirstTokenMs: null,
  tags: [],
  metadata: {},
};

async function expire(ctx: MeteringContext, tenantId: string, id: string): Promise<boolean> {
  const payer = { caller: { ...SYSTEM_CALLER, tenantId }, cause: NO_CAUSE };
  const line = toLineUse(NOTHING_KNOWN, null, ctx.clock.now().getTime());
  const ask = { id, projectId: null, usage: null, line, expire: true, about: aboutOf(payer) };
  const answer = await ctx.together.settle(tenantId, ask);
  if (answer.outcome !== 'BOOKED') return false;
  await tellSettled(ctx, tenantId, id, answer, 'expired');
  return true;
}

/**
 * Settles the holds whose lease has passed at the cost of their input, each once whoever does it: nobody knows whether those
 * calls were made, and their input was most likely sent. A late settlement adds the difference.
 *
 * @returns how many
 */
export async function expireHolds(ctx: MeteringContext): Promise<number> {
  const due = await ctx.transact.once(WORKER_SCOPE, (tx) => findDueHolds(tx, AT_ONCE));
  let expired = 0;
  for (const { tenantId, id } of due)
    try {
      if (await expire(ctx, tenantId, id)) expired++;
    } catch (err) {
      ctx.logger.warn({ err, tenant: tenantId, reservationId: id }, 'a hold could not be expired; it is tried again');
    }
  return expired;
}
