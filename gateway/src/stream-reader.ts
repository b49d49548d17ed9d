import { setTimeout as wait } from 'node:timers/promises';
import { isPlatformError, type Logger, PlatformError } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import { GraphQLError } from 'graphql';
import { createEventAnswer, type EventAnswerDependencies } from './event-answer.ts';
import { EVENTS_AHEAD, mapAhead } from './map-ahead.ts';
import type { Delivery } from './open-subscription.ts';
import type { SubscriptionPlanner } from './plans.ts';
import { canGoOn, replanned, type Stream, upstreamVariables } from './subscription-stream.ts';
import type { SubgraphTransport, TransportResult } from './transport.ts';

export interface StreamReaderDependencies extends EventAnswerDependencies {
  readonly planner: () => SubscriptionPlanner;
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** Doubles from 0.1 to 10 s; half of it at random, so that streams that were lost together do not come back together. */
const waitMs = (losses: number) => {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (losses - 1));
  return full / 2 + Math.random() * (full / 2);
};

const LOSSES: readonly unknown[] = ['DEPENDENCY_UNAVAILABLE', 'TIMEOUT'];

function isLoss(error: unknown): boolean {
  if (isPlatformError(error)) return LOSSES.includes(error.code);
  return error instanceof GraphQLError && LOSSES.includes(error.extensions.code);
}

/** A result of nothing but the place where the subscription starts. */
function startOf({ data, errors, extensions }: TransportResult): string | null {
  const cursor = data === undefined && !errors ? extensions?.cursor : null;
  return typeof cursor === 'string' ? cursor : null;
}

function openUpstream(
  transports: ReadonlyMap<string, SubgraphTransport>,
  stream: Stream,
  signal: AbortSignal,
): AsyncIterable<TransportResult> {
  const { primary, resumable } = stream.plan;
  const transport = transports.get(primary.serviceName);
  if (!transport) throw new Error(`There is no transport for the subgraph ${primary.serviceName}.`);
  const request = { query: resumable?.text ?? primary.operation, variables: upstreamVariables(stream) };
  const { operationName } = primary;
  return transport.subscribe(operationName ? { ...request, operationName } : request, { ...stream.scope, signal });
}

/**
 * Reads a stream to its end, over as many upstreams as it takes: one that is lost is opened again after the last delivered
 * cursor, with growing waits, for as long as the client stays. Throws what ends it: the subgraph's refusal, a loss without
 * a cursor, a schema that no longer has what it selects.
 */
export function createStreamReader(dependencies: StreamReaderDependencies) {
  const { planner, transports, logger, metrics } = dependencies;
  const answer = createEventAnswer(dependencies);

  async function* readUpstream(stream: Stream): AsyncGenerator<Delivery, void, void> {
    const { plan } = stream;
    const subgraph = plan.primary.serviceName;
    const left = new AbortController();
    const signal = AbortSignal.any([stream.ending.signal, stream.reopen.signal, left.signal]);
    const deliver = async (payload: TransportResult): Promise<Delivery> => {
      const start = startOf(payload);
      if (start !== null) return { result: null, cursor: start };
      return { result: await answer(stream, payload), cursor: plan.resumable?.cursorOf(payload.data) ?? null };
    };
    try {
      for await (const delivery of mapAhead(openUpstream(transports, stream, signal), EVENTS_AHEAD, deliver)) {
        if (signal.aborted) return;
        yield delivery;
        stream.cursor = delivery.cursor ?? stream.cursor;
        if (delivery.result === null) continue;
        stream.losses = 0;
        metrics.count('rae_gateway_subscription_events_total', 'Events of subscriptions delivered.', { subgraph });
      }
      stream.completed = !signal.aborted;
    } finally {
      left.abort();
    }
  }

  /** Waits before the next attempt; rethrows what another attempt cannot mend. */
  async function mend(stream: Stream, error: unknown): Promise<void> {
    if (stream.ending.signal.aborted) return;
    if (!isLoss(error) || !canGoOn(stream)) throw error;
    stream.losses += 1;
    const subgraph = stream.plan.primary.serviceName;
    metrics.count('rae_gateway_subscription_resumes_total', 'Upstreams opened again after a loss.', { subgraph });
    logger.warn({ subgraph, losses: stream.losses }, 'a subscription was lost and is opened again after its cursor');
    await wait(waitMs(stream.losses), undefined, { signal: stream.ending.signal }).catch(() => {});
  }

  return async function* read(stream: Stream): AsyncGenerator<Delivery, void, void> {
    const { signal } = stream.ending;
    while (!signal.aborted && !stream.completed) {
      stream.reopen = new AbortController();
      try {
        yield* readUpstream(stream);
      } catch (error) {
        await mend(stream, error);
      }
      if (!stream.reopen.signal.aborted || signal.aborted) continue;
      stream.plan = replanned(planner(), stream);
      if (!canGoOn(stream))
        throw new PlatformError(
          'DEPENDENCY_UNAVAILABLE',
          'The schema was changed under this subscription; subscribe again.',
        );
    }
    if (isPlatformError(signal.reason)) throw signal.reason;
  };
}
