import type { Caller, Cause } from './caller.ts';

/** A prepared statement: `name` must be unique to `text`, and is reused on the same connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * One open transaction under one tenant and role, READ COMMITTED. Only `transact` and `read` of a Context make one.
 * Values are always parameters; text and values never mix.
 */
export interface Transaction {
  readonly caller: Caller;
  readonly cause: Cause;
  /** Now, as the clock of the context said when the transaction began. */
  readonly now: Date;
  query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<Row[]>;
  /**
   * Sends the commit right behind the statements that were sent, without waiting for their answers: one wait less. Nothing
   * can be asked afterwards; a statement that fails still takes all of it back.
   */
  seal(): void;
  /** Runs as the very last statements of the transaction, in order of `key`: hash chains, so that they are locked shortest and always in the same order. */
  beforeCommit(key: string, work: () => Promise<void>): void;
  /** Hints readers of `topic` once the transaction is durable. */
  wake(topic: string): void;
  /** Runs once the transaction is durable; must not throw. Metrics and the like, never effects that matter. */
  afterCommit(work: () => void): void;
}
