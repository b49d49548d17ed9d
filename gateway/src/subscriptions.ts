import { setTimeout as wait } from 'node:timers/promises';
import { badInput, isPlatformError, type Logger, PlatformError } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import { type DocumentNode, GraphQLError, separateOperations } from 'graphql';
import type { PreparedOperation } from './documents.ts';
import { createEventAnswer, type EventAnswerDependencies } from './event-answer.ts';
import { type Delivery, type OpenSubscription, openSubscription } from './open-subscription.ts';
import type { SubscriptionPlan, SubscriptionPlanner } from './plans.ts';
import type { RequestScope } from './scope.ts';
import type { SubgraphTransport, TransportResult } from './transport.ts';

export interface SubscriptionDependencies extends EventAnswerDependencies {
  readonly planner: () => SubscriptionPlanner;
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  /** How many subscriptions one tenant may hold open. */
  readonly perTenant: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Subscriptions {
  /**
   * @param after where to start instead of at the operation's own `after`; null for that
   * @throws PlatformError RATE_LIMITED when the tenant has too many open, DEPENDENCY_UNAVAILABLE while stopping
   */
  open(operation: PreparedOperation, scope: RequestScope, after: string | null): OpenSubscription;
  /** Plans what is open anew, after a reload. */
  replan(): void;
  /** Ends all of them and lets none begin. */
  stop(): void;
}

interface Stream {
  readonly operation: PreparedOperation;
  /** The operation alone, so that its name plays no part in finding its plan. */
  readonly document: DocumentNode;
  readonly scope: RequestScope;
  readonly ending: AbortController;
  plan: SubscriptionPlan;
  cursor: string | null;
  /** Losses since the last event. */
  losses: number;
  completed: boolean;
  /** Aborted when the upstream no longer fits the plan. */
  reopen: AbortController;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** Doubles from 0.1 to 10 s; half of it at random, so that streams that were lost together do not come back together. */
const waitMs = (losses: number) => {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (losses - 1));
  return full / 2 + Math.random() * (full / 2);
};

const STOPPING = 'The server is stopping; subscribe again with the last cursor as `after`.';
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

const alone = ({ document, operation }: PreparedOperation): DocumentNode =>
  (operation.name && separateOperations(document)[operation.name.value]) ?? document;

function variablesOf({ plan: { primary, resumable }, operation: { variables }, cursor }: Stream) {
  if (resumable) return resumable.variables(variables, cursor);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => primary.variableUsages?.includes(name)));
}

const samePrimary = (a: SubscriptionPlan, b: SubscriptionPlan) =>
  a.primary.serviceName === b.primary.serviceName && a.primary.operation === b.primary.operation;

/** The plan under the schema of now; the error says what it no longer has. */
function replanned(planner: SubscriptionPlanner, stream: Stream): SubscriptionPlan {
  try {
    return planner.plan(stream.document);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badInput('query', `the schema was changed under this subscription: ${why}`);
  }
}

/** Without a cursor nobody could say what was missed. */
const canGoOn = (stream: Stream) => stream.cursor !== null && stream.plan.resumable !== null;

/**
 * Subscriptions across subgraphs: the planner says which subgraph owns the subscription and what else each event needs;
 * the gateway subscribes there and lets Apollo's executor fetch and merge the rest per event. A lost upstream is opened
 * again after the last delivered cursor, for as long as the client stays.
 */
export function createSubscriptions(dependencies: SubscriptionDependencies): Subscriptions {
  const { planner, transports, perTenant, logger, metrics } = dependencies;
  const answer = createEventAnswer(dependencies);
  const streams = new Set<Stream>();
  let stopping = false;
  metrics.gauge('rae_gateway_subscriptions_open', 'Subscriptions that clients hold open.', () => streams.size);

  function subscribe(stream: Stream, signal: AbortSignal): AsyncIterable<TransportResult> {
    const { primary, resumable } = stream.plan;
    const transport = transports.get(primary.serviceName);
    if (!transport) throw new Error(`There is no transport for the subgraph ${primary.serviceName}.`);
    const query = resumable?.text ?? primary.operation;
    const operationName = primary.operationName ? { operationName: primary.operationName } : {};
    return transport.subscribe(
      { query, variables: variablesOf(stream), ...operationName },
      { ...stream.scope, signal },
    );
  }

  async function* readUpstream(stream: Stream): AsyncGenerator<Delivery, void, void> {
    const { plan } = stream;
    const signal = AbortSignal.any([stream.ending.signal, stream.reopen.signal]);
    for await (const payload of subscribe(stream, signal)) {
      if (signal.aborted) return;
      const start = startOf(payload);
      const cursor = start ?? plan.resumable?.cursorOf(payload.data) ?? null;
      if (start === null) yield { result: await answer(stream, payload), cursor };
      stream.cursor = cursor ?? stream.cursor;
      if (start !== null) continue;
      stream.losses = 0;
      const subgraph = plan.primary.serviceName;
      metrics.count('rae_gateway_subscription_events_total', 'Events of subscriptions delivered.', { subgraph });
    }
    stream.completed = !signal.aborted;
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

  async function* run(stream: Stream): AsyncGenerator<Delivery, void, void> {
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
  }

  function begin(operation: PreparedOperation, scope: RequestScope, after: string | null): Stream {
    if (stopping) throw new PlatformError('DEPENDENCY_UNAVAILABLE', STOPPING);
    const { tenantId } = scope.caller;
    const held = [...streams].filter((stream) => stream.scope.caller.tenantId === tenantId).length;
    const limit = { limit: perTenant, remaining: 0, resetsAt: null };
    if (held >= perTenant)
      throw new PlatformError(
        'RATE_LIMITED',
        `A tenant may hold ${perTenant} subscriptions open; end one first.`,
        limit,
      );
    const document = alone(operation);
    const plan = planner().plan(document);
    const cursor = after ?? plan.resumable?.firstCursor(operation.coerced) ?? null;
    const [ending, reopen] = [new AbortController(), new AbortController()];
    return { operation, document, scope, ending, plan, cursor, losses: 0, completed: false, reopen };
  }

  function replan(stream: Stream): void {
    try {
      const plan = planner().plan(stream.document);
      if (samePrimary(plan, stream.plan)) stream.plan = plan;
      else stream.reopen.abort();
    } catch {
      // the stream plans again itself, and tells its reader what is wrong
      stream.reopen.abort();
    }
  }

  return {
    open(operation, scope, after) {
      const stream = begin(operation, scope, after);
      streams.add(stream);
      return openSubscription(run(stream), stream.ending, () => streams.delete(stream));
    },
    replan() {
      for (const stream of streams) replan(stream);
    },
    stop() {
      stopping = true;
      for (const stream of streams) stream.ending.abort(new PlatformError('DEPENDENCY_UNAVAILABLE', STOPPING));
    },
  };
}
