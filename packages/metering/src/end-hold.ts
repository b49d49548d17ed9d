import { isUuid, notFound, PlatformError } from '@rae/kernel';
import { ask as askOnce, type MeteringContext, type Payer, transactAs } from './metering-context.ts';
import { checkLease } from './planned-call.ts';
import { extendLease } from './queries/extend-lease.ts';
import { findReservation, type Reservation } from './queries/find-reservation.ts';
import { release } from './queries/release.ts';

const overAlready = (id: string, status: string, what: string) =>
  new PlatformError('CONFLICT', `This reservation is ${status}; only one that is HELD can be ${what}.`, {
    reservationId: id,
    status,
    retryable: false,
  });

/**
 * Moves the end of a lease to `leaseSeconds` from now, never to an earlier instant: for calls that take long, and streams.
 *
 * @throws NOT_FOUND; CONFLICT when it is not held any more; BAD_USER_INPUT for a lease outside of 1..3 600 s
 */
export async function extendHold(
  ctx: MeteringContext,
  payer: Payer,
  id: string,
  leaseSeconds: number,
): Promise<Reservation> {
  checkLease(leaseSeconds);
  if (!isUuid(id)) throw notFound('reservation', id);
  return transactAs(ctx, payer, async (tx) => {
    const extended = await extendLease(tx, id, new Date(tx.now.getTime() + leaseSeconds * 1_000));
    const found = await findReservation(tx, id);
    if (!found) throw notFound('reservation', id);
    if (!extended) throw overAlready(id, found.status, 'extended');
    return found;
  });
}

/**
 * Gives back what is held for a call that was never made. Releasing what was released changes nothing.
 *
 * @throws NOT_FOUND; CONFLICT when it was settled or its lease has expired
 */
export async function releaseHold(ctx: MeteringContext, payer: Payer, id: string): Promise<Reservation> {
  if (!isUuid(id)) throw notFound('reservation', id);
  const answer = await askOnce(ctx, payer, (tx) => release(tx, id));
  ctx.held.delete(id);
  const { status } = answer;
  if (status === 'FREED') await ctx.side.end(id, answer.windows, 0n, 0);
  if (status === 'SETTLED' || status === 'EXPIRED') throw overAlready(id, status, 'released');
  const found = status === 'NOT_FOUND' ? null : await askOnce(ctx, payer, (tx) => findReservation(tx, id));
  if (!found) throw notFound('reservation', id);
  return found;
}
