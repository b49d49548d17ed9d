import type { Transact } from '@rae/database';
import type { Clock, Logger, Spend } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import { extendHold, releaseHold } from './end-hold.ts';
import type { UsedCall } from './line-use.ts';
import type { MeteringContext, Payer } from './metering-context.ts';
import type { PlannedCall } from './planned-call.ts';
import type { PriceBook } from './prices/price-book.ts';
import type { Reservation } from './queries/find-reservation.ts';
import { type RecordedCall, recordCall } from './record-call.ts';
import { reserveCall } from './reserve-call.ts';
import { type Settled, settleCall } from './settle-call.ts';
import { createTariffs } from './tariffs.ts';

export interface MeteringOptions {
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly prices: PriceBook;
}

/** Budgets and the ledger around every call to a model. All of it is called outside of any transaction. */
export interface Metering {
  readonly prices: PriceBook;
  /** See reserveCall. */
  reserve(spend: Spend, call: PlannedCall): Promise<Reservation>;
  /** See extendHold. */
  extend(payer: Payer, id: string, leaseSeconds: number): Promise<Reservation>;
  /** See settleCall. */
  settle(payer: Payer, id: string, used: UsedCall): Promise<Settled>;
  /** See releaseHold. */
  release(payer: Payer, id: string): Promise<Reservation>;
  /** See recordCall. */
  record(spend: Spend, call: RecordedCall): Promise<Settled>;
}

export function createMetering(options: MeteringOptions): Metering {
  const ctx: MeteringContext = { ...options, tariffs: createTariffs(), heldPrices: new Map() };
  return {
    prices: options.prices,
    reserve: (spend, call) => reserveCall(ctx, spend, call),
    extend: (payer, id, leaseSeconds) => extendHold(ctx, payer, id, leaseSeconds),
    settle: (payer, id, used) => settleCall(ctx, payer, id, used),
    release: (payer, id) => releaseHold(ctx, payer, id),
    record: (spend, call) => recordCall(ctx, spend, call),
  };
}
