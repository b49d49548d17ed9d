import type { GraphQLFormattedError } from 'graphql';
import type { RequestScope } from './scope.ts';

export interface TransportRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** An answer in the form it has as JSON: errors are formatted, data is the receiver's own to change. */
export interface TransportResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Record<string, unknown>;
}

/**
 * How the gateway asks one subgraph. Two implementations, in process and over HTTP, pass one conformance suite.
 *
 * `execute` never rejects: what goes wrong on the way is a result with `errors` and no `data`, of code
 * DEPENDENCY_UNAVAILABLE, TIMEOUT or CANCELLED.
 *
 * `subscribe` yields the events of one subscription. It throws a GraphQLError with the subgraph's code when the subgraph
 * refuses, and a PlatformError of code DEPENDENCY_UNAVAILABLE when the stream is lost. Leaving the loop, or aborting
 * `scope.signal`, ends the subscription at the subgraph. At most a fixed number of events waits for a slow reader; then
 * the stream counts as lost after the last that waited, so that memory stays bounded and a reader that knows its cursor
 * can go on from there. Two extensions of a result are the platform's own: `traceparent` is the trace that the event was
 * written in, and a result of nothing but `extensions.cursor` tells where in the log the subscription starts.
 */
export interface SubgraphTransport {
  readonly name: string;
  execute(request: TransportRequest, scope: RequestScope): Promise<TransportResult>;
  subscribe(request: TransportRequest, scope: RequestScope): AsyncIterable<TransportResult>;
  /** @throws PlatformError DEPENDENCY_UNAVAILABLE with the reason why the subgraph cannot be asked now */
  check(): Promise<void>;
  /** Ends what is open; idempotent. The maker of a transport closes it, the gateway does not. */
  close(): Promise<void>;
}
