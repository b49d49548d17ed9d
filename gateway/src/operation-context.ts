import type { RequestScope } from './scope.ts';
import type { TransportResult } from './transport.ts';

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
  /** Whoever handed the operation on has counted its calls, or they are RAE's own, which no rate limits. */
  readonly counted?: boolean;
}
