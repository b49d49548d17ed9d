import type { Caller, Cause } from './caller.ts';
import type { Clock } from './clock.ts';
import type { CursorCodec } from './cursors.ts';
import type { Logger, Peers } from './ports.ts';
import type { Transaction } from './transaction.ts';

/**
 * Everything one subgraph fetch may use; made anew for each fetch and never shared between two.
 * Services take it as their first argument.
 */
export interface Context {
  readonly caller: Caller;
  readonly cause: Cause;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peers: Peers;
  readonly cursors: CursorCodec;
  /** W3C trace context of this fetch, kept in the events it writes; null when nothing is traced. */
  readonly traceparent: string | null;
  /** Aborted when the client is gone or the server stops. */
  readonly signal: AbortSignal | null;
  /** A writing use case: one transaction, committed when `work` resolves, rolled back when it throws. Refuses to nest; peers, models and network calls inside throw. */
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same for reading only. */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same for reading by one statement: one wait instead of three. A second statement is refused. */
  readOnce<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}
