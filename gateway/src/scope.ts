import type { Caller, Cause } from '@rae/kernel';
import type { TransportResult } from './transport.ts';

/**
 * On whose behalf a subgraph is asked. traceparent: W3C trace context of the fetch, null when nothing is traced.
 * signal: aborted when the client is gone; null when the work is to go on without it, as a mutation does.
 */
export interface RequestScope {
  readonly caller: Caller;
  readonly cause: Cause;
  readonly traceparent: string | null;
  readonly signal: AbortSignal | null;
}

/** An event of a subscription that stands in for the plan's first fetch: the subgraph's answer to that very text. */
export interface ReplayedEvent {
  readonly service: string;
  readonly query: string;
  readonly payload: TransportResult;
}

/** What the gateway keeps for one operation of a client; data sources find it in their `context`. */
export interface OperationContext {
  readonly scope: RequestScope;
  readonly event?: ReplayedEvent;
}
