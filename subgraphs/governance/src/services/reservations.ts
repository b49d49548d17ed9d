import { type Caller, type Context, type JsonValue, notFound, type Spend } from '@rae/kernel';
import type { Metering, PlannedCall, Reservation, Settled, Usage, UsedCall } from '@rae/metering';
import { planSpend, type SpendInput } from './plan-spend.ts';

/** What reservations are made with; the loader shows those of the caller's own project. */
export interface ReservationContext extends Context {
  readonly metering: Metering;
  readonly loaders: {
    readonly reservations: { load(id: string): Promise<Reservation | null> };
  };
}

export type ReserveInput = SpendInput & PlannedCall;

/** `input UsageInput` */
export interface UsageInput extends Usage {
  readonly latencyMs?: number | null;
  readonly timeToFirstTokenMs?: number | null;
  readonly cacheHit: boolean;
}

interface Labels {
  readonly tags?: readonly string[] | null;
  readonly metadata?: JsonValue;
}

export interface SettleInput extends Labels {
  readonly id: string;
  readonly usage: UsageInput;
}

export interface RecordInput extends SpendInput, Labels {
  readonly provider?: string | null;
  readonly model: string;
  readonly usage: UsageInput;
  readonly occurredAt?: Date | null;
  readonly idempotencyKey?: string | null;
}

const toUsed = ({ usage, tags, metadata }: Labels & { readonly usage: UsageInput }): UsedCall => {
  const { latencyMs = null, timeToFirstTokenMs = null, cacheHit, ...tokens } = usage;
  return { usage: tokens, cacheHit, latencyMs, timeToFirstTokenMs, tags: tags ?? [], metadata: metadata ?? {} };
};

const isBound = ({ projectId }: Caller): boolean => projectId !== null;

/** A key that is bound to a project knows of no other's reservations. */
async function checkOwn(ctx: ReservationContext, id: string): Promise<void> {
  if (isBound(ctx.caller) && !(await ctx.loaders.reservations.load(id))) throw notFound('reservation', id);
}

/**
 * Holds the worst case of a call on all budgets that cover it.
 *
 * @throws BUDGET_EXCEEDED naming the budget; NOT_FOUND; BAD_USER_INPUT; IDEMPOTENCY_CONFLICT
 */
export async function reserve(ctx: ReservationContext, input: ReserveInput): Promise<Reservation> {
  const { model, provider = null, inputTokens, maxOutputTokens, leaseSeconds, idempotencyKey = null } = input;
  const spend = await planSpend(ctx, input);
  return ctx.metering.reserve(spend, { model, provider, inputTokens, maxOutputTokens, leaseSeconds, idempotencyKey });
}

/** @throws NOT_FOUND; CONFLICT when it is not held any more; BAD_USER_INPUT */
export async function extend(ctx: ReservationContext, id: string, leaseSeconds: number): Promise<Reservation> {
  await checkOwn(ctx, id);
  return ctx.metering.extend(ctx, id, leaseSeconds);
}

/** @throws NOT_FOUND; CONFLICT when it was released, or settled with another usage; BAD_USER_INPUT */
export async function settle(ctx: ReservationContext, input: SettleInput): Promise<Settled> {
  await checkOwn(ctx, input.id);
  return ctx.metering.settle(ctx, input.id, toUsed(input));
}

/** @throws NOT_FOUND; CONFLICT when it is settled or expired */
export async function release(ctx: ReservationContext, id: string): Promise<Reservation> {
  await checkOwn(ctx, id);
  return ctx.metering.release(ctx, id);
}

/**
 * Books a call that was made without a reservation.
 *
 * @returns who paid as well
 * @throws NOT_FOUND; BAD_USER_INPUT; IDEMPOTENCY_CONFLICT
 */
export async function record(
  ctx: ReservationContext,
  input: RecordInput,
): Promise<Settled & { readonly spend: Spend }> {
  const { model, provider = null, occurredAt = null, idempotencyKey = null } = input;
  const spend = await planSpend(ctx, input);
  const booked = await ctx.metering.record(spend, { model, provider, occurredAt, idempotencyKey, ...toUsed(input) });
  return { ...booked, spend };
}
