import { SYSTEM_CALLER, type Transact } from '@rae/database';
import type { RedisScripts } from '@rae/events';
import { type Clock, type Logger, NO_CAUSE, type Spend, type Transaction } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import { createPostgresSide } from './admission/postgres-side.ts';
import { createRedisSide } from './admission/redis-side.ts';
import type { AdmissionSide } from './admission/side.ts';
import { tellResets } from './budgets/tell-resets.ts';
import { startChores, startUpkeep } from './chores.ts';
import { extendHold, releaseHold } from './end-hold.ts';
import { expireHolds } from './expire-holds.ts';
import type { UsedCall } from './line-use.ts';
import { createLocalCalls, type LocalCall } from './local-calls.ts';
import type { MeteringContext, Payer, Together } from './metering-context.ts';
import type { PlannedCall } from './planned-call.ts';
import type { PriceBook } from './prices/price-book.ts';
import { admitAll } from './queries/admit.ts';
import type { ModelSince } from './queries/booked-calls.ts';
import type { Reservation } from './queries/find-reservation.ts';
import type { Tariff } from './queries/load-tariff.ts';
import { reserveAll } from './queries/reserve.ts';
import { settleAll } from './queries/settle.ts';
import { type RecordedCall, recordCall } from './record-call.ts';
import { repriceSince } from './reprice.ts';
import { reserveCall } from './reserve-call.ts';
import { type Settled, settleCall } from './settle-call.ts';
import { createTariffs, type KeptTariffs } from './tariffs.ts';
import { createTogether } from './together.ts';

export interface MeteringOptions {
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly prices: PriceBook;
  /** Counts admissions while it is there; null: Postgres alone does. Closed with the metering. */
  readonly redis: RedisScripts | null;
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
  /** Counts a call of a model on this machine; it reaches the ledger as a line a minute, without reservation and event. */
  recordLocal(spend: Pick<Spend, 'caller' | 'projectId' | 'operation'>, call: LocalCall): void;
  /** See repriceSince. */
  reprice(payer: Payer, of: ModelSince): Promise<number>;
  /** What time alone makes due, now; the worker does it every second. */
  readonly chores: {
    /** See expireHolds. */
    expire(): Promise<number>;
    /** See tellResets. */
    tellResets(): Promise<void>;
    /** Hands over what this process counted of local models, and writes the lines of minutes that are over. */
    writeLocal(): Promise<void>;
    /** Ends in Redis what Postgres has ended, and changes who admits where that is due. */
    sweep(): Promise<void>;
    /** All of it again and again. @returns how to stop */
    start(): () => Promise<void>;
  };
  /** What every process that meters does beside its calls, again and again. @returns how to stop */
  startUpkeep(): () => Promise<void>;
  close(): Promise<void>;
}

function createSide(options: MeteringOptions, tariffs: KeptTariffs): AdmissionSide {
  const { redis, transact, clock, logger } = options;
  if (!redis) return createPostgresSide(transact);
  const policyOf = async ({ caller }: Spend) => {
    const read = (work: (tx: Transaction) => Promise<Tariff>) =>
      transact.once({ role: 'rae_app', caller, cause: NO_CAUSE }, work);
    return (await tariffs.get(caller.tenantId, false, read)).policy;
  };
  return createRedisSide({ redis, transact, clock, logger, policyOf });
}

function goTogether(transact: Transact): Together {
  const of = (tenantId: string) =>
    ({ role: 'rae_app', caller: { ...SYSTEM_CALLER, tenantId }, cause: NO_CAUSE }) as const;
  return {
    reserve: createTogether('reserving for a call', (tenantId, take) =>
      transact.once(of(tenantId), (tx) => reserveAll(tx, take())),
    ),
    admit: createTogether('reserving for a call', (tenantId, take) =>
      transact.once(of(tenantId), (tx) => admitAll(tx, take())),
    ),
    settle: createTogether('settling a call', (tenantId, take) =>
      transact.once(of(tenantId), (tx) => settleAll(tx, take())),
    ),
  };
}

export function createMetering(options: MeteringOptions): Metering {
  const tariffs = createTariffs();
  const side = createSide(options, tariffs);
  const ctx: MeteringContext = { ...options, tariffs, side, together: goTogether(options.transact), held: new Map() };
  const local = createLocalCalls(options.transact, options.clock, options.logger);
  return {
    prices: options.prices,
    reserve: (spend, call) => reserveCall(ctx, spend, call),
    extend: (payer, id, leaseSeconds) => extendHold(ctx, payer, id, leaseSeconds),
    settle: (payer, id, used) => settleCall(ctx, payer, id, used),
    release: (payer, id) => releaseHold(ctx, payer, id),
    record: (spend, call) => recordCall(ctx, spend, call),
    recordLocal: local.record,
    reprice: (payer, of) => repriceSince(ctx, payer, of),
    chores: {
      expire: () => expireHolds(ctx),
      tellResets: () => tellResets(ctx.transact),
      async writeLocal() {
        await local.flush();
        await local.writeLines();
      },
      sweep: side.sweep,
      start: () => startChores(ctx, local),
    },
    startUpkeep: () => startUpkeep(ctx, local),
    close: side.close,
  };
}
