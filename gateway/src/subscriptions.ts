import { PlatformError } from '@rae/kernel';
import type { PreparedOperation } from './documents.ts';
import { type OpenSubscription, openSubscription } from './open-subscription.ts';
import type { RequestScope } from './scope.ts';
import { createStreamReader, type StreamReaderDependencies } from './stream-reader.ts';
import { createStream, replan, type Stream } from './subscription-stream.ts';

export interface SubscriptionDependencies extends StreamReaderDependencies {
  /** How many subscriptions one tenant may hold open. */
  readonly perTenant: number;
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

const stopping = () =>
  new PlatformError(
    'DEPENDENCY_UNAVAILABLE',
    'The server is stopping; subscribe again with the last cursor as `after`.',
  );

/**
 * Subscriptions across subgraphs: the planner says which subgraph owns the subscription and what else each event needs;
 * the gateway subscribes there and lets Apollo's executor fetch and merge the rest per event.
 */
export function createSubscriptions(dependencies: SubscriptionDependencies): Subscriptions {
  const { planner, perTenant, metrics } = dependencies;
  const read = createStreamReader(dependencies);
  const streams = new Set<Stream>();
  let stopped = false;
  metrics.gauge('rae_gateway_subscriptions_open', 'Subscriptions that clients hold open.', () => streams.size);

  function admit({ caller }: RequestScope): void {
    if (stopped) throw stopping();
    const held = [...streams].filter((stream) => stream.scope.caller.tenantId === caller.tenantId).length;
    if (held < perTenant) return;
    const limit = { limit: perTenant, remaining: 0, resetsAt: null };
    throw new PlatformError('RATE_LIMITED', `A tenant may hold ${perTenant} subscriptions open; end one first.`, limit);
  }

  return {
    open(operation, scope, after) {
      admit(scope);
      const stream = createStream(planner(), operation, scope, after);
      streams.add(stream);
      return openSubscription(read(stream), stream.ending, () => streams.delete(stream));
    },
    replan() {
      for (const stream of streams) replan(planner(), stream);
    },
    stop() {
      stopped = true;
      for (const stream of streams) stream.ending.abort(stopping());
    },
  };
}
