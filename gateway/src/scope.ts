import type { Caller, Cause } from '@rae/kernel';

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
