import { isPlatformError, type Logger, PlatformError, type Spend } from '@rae/kernel';
import {
  costOf,
  formatUsd,
  type ModelName,
  type PlannedCall,
  type Reservation,
  toUsdNumber,
  type Usage,
  worstCaseOf,
} from '@rae/metering';
import { beginClientSpan, GEN_AI, type GenAiOperation, type Metrics } from '@rae/telemetry';
import type { Meter } from '../meter.ts';
import { measureCall } from './measure-call.ts';

/** What every metered model is opened with. */
export interface CallMetering {
  readonly meter: Meter;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A call that gave no sign of life for so long is settled at its input cost. */
  readonly leaseSeconds: number;
}

export interface CallOptions extends ModelName, Pick<PlannedCall, 'inputTokens' | 'maxOutputTokens' | 'fixedModel'> {
  readonly operation: GenAiOperation;
  /** Nano-dollars that the worst case may cost; null: as much as the budgets let it. */
  readonly maxCostNano: bigint | null;
}

/** A call under way. Ended once, by the first of `settle` and `release`; what comes later changes nothing. */
export interface OpenCall {
  readonly reservation: Reservation;
  /** Resolves once it is settled or released. */
  readonly ended: Promise<void>;
  /** Runs `work` inside the call's span. */
  within<T>(work: () => T): T;
  firstToken(): void;
  extend(): Promise<void>;
  /** @param errorType why it broke off; null: it was answered */
  settle(usage: Usage, estimated: boolean, errorType: string | null): Promise<void>;
  release(errorType: string): Promise<void>;
}

/** What an error is called in traces and metrics: our code, or the class of the error. */
export const errorTypeOf = (error: unknown): string => {
  if (isPlatformError(error)) return error.code;
  return error instanceof Error ? error.name : 'error';
};

function checkCost({ price, askedModel }: Reservation, call: CallOptions): void {
  if (call.maxCostNano === null) return;
  const worst = price && worstCaseOf(price, call.inputTokens, call.maxOutputTokens);
  if (worst !== null && worst <= call.maxCostNano) return;
  const limitUsd = formatUsd(call.maxCostNano);
  const requestedUsd = worst === null ? null : formatUsd(worst);
  throw new PlatformError(
    'BUDGET_EXCEEDED',
    requestedUsd === null
      ? `Nobody knows what the call would cost, and it may cost at most ${limitUsd} USD; set a price of the model first.`
      : `The call may cost up to ${requestedUsd} USD, more than the ${limitUsd} that were allowed for it.`,
    { limitUsd, requestedUsd, model: askedModel },
  );
}

/** Holds the call's worst case; lets go of it where that is more than the call itself may cost. */
async function reserve({ meter, leaseSeconds }: CallMetering, spend: Spend, call: CallOptions): Promise<Reservation> {
  const reservation = await meter.reserve(spend, { ...call, leaseSeconds });
  try {
    checkCost(reservation, call);
    return reservation;
  } catch (error) {
    await meter.release(spend, reservation.id);
    throw error;
  }
}

function beginSpan(call: CallOptions, { model }: Reservation) {
  return beginClientSpan(`${call.operation} ${call.model}`, {
    [GEN_AI.OPERATION]: call.operation,
    [GEN_AI.PROVIDER]: call.provider,
    [GEN_AI.REQUEST_MODEL]: call.model,
    [GEN_AI.RESPONSE_MODEL]: model,
    ...(call.operation === 'chat' ? { [GEN_AI.REQUEST_MAX_TOKENS]: call.maxOutputTokens } : {}),
  });
}

const toAttributes = (usage: Usage, costNano: bigint | null) => ({
  [GEN_AI.INPUT_TOKENS]: usage.inputTokens,
  [GEN_AI.OUTPUT_TOKENS]: usage.outputTokens,
  [GEN_AI.CACHE_READ_TOKENS]: usage.cachedInputTokens,
  [GEN_AI.CACHE_CREATION_TOKENS]: usage.cacheWriteTokens,
  [GEN_AI.REASONING_TOKENS]: usage.reasoningTokens,
  ...(costNano === null ? {} : { [GEN_AI.COST]: toUsdNumber(costNano) }),
});

/**
 * Holds the worst case of a call on every budget that covers it, before it is made.
 *
 * A settlement that fails is logged and not thrown: the answer is there and paid for, and the lease settles the hold.
 *
 * @throws BUDGET_EXCEEDED, also when the worst case costs more than `maxCostNano`
 */
export async function openCall(metering: CallMetering, spend: Spend, options: CallOptions): Promise<OpenCall> {
  const { meter, logger, metrics, leaseSeconds } = metering;
  const reservation = await reserve(metering, spend, options);
  const { id, price } = reservation;
  const span = beginSpan(options, reservation);
  const measured = measureCall(metrics, options.operation, reservation);
  const started = performance.now();
  let timeToFirstTokenMs: number | null = null;
  const over = Promise.withResolvers<void>();
  let ended: Promise<void> | null = null;
  const end = (errorType: string | null, book: () => Promise<unknown>): Promise<void> => {
    const bookOnce = async () => {
      measured.duration((performance.now() - started) / 1000, errorType);
      await span
        .within(book)
        .catch((err: unknown) => logger.error({ err, reservationId: id }, 'a call was not settled'));
      span.end(errorType);
      over.resolve();
    };
    ended ??= bookOnce();
    return ended;
  };
  return {
    reservation,
    ended: over.promise,
    within: span.within,
    firstToken() {
      if (timeToFirstTokenMs !== null) return;
      timeToFirstTokenMs = performance.now() - started;
      measured.firstChunk(timeToFirstTokenMs / 1000);
      span.set({ [GEN_AI.TIME_TO_FIRST_CHUNK]: timeToFirstTokenMs / 1000 });
    },
    extend: async () => void (await meter.extend(spend, id, leaseSeconds)),
    settle: (usage, estimated, errorType) =>
      end(errorType, () => {
        measured.tokens(usage);
        span.set(toAttributes(usage, price && costOf(price, usage)));
        const latencyMs = performance.now() - started;
        return meter.settle(spend, id, { usage, estimated, latencyMs, timeToFirstTokenMs });
      }),
    release: (errorType) => end(errorType, () => meter.release(spend, id)),
  };
}
