/** What the log line is about, as plain values; never content, keys or tokens. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

/**
 * Hints that something was written, so that readers look at once instead of at their next poll. May be lost, doubled or
 * late: whoever waits also polls. Never carries an event.
 */
export interface WakeUp {
  /** Tells that there is something new on `topic`; coalesced, never throws, does not wait for anyone. */
  notify(topic: string): void;
  /** Calls back on a hint for `topic`; returns how to stop. */
  subscribe(topic: string, onHint: () => void): () => void;
  close(): Promise<void>;
}

/** Another subgraph, asked in GraphQL with the caller's own identity. Throws inside a transaction. */
export interface Peers {
  query(subgraph: string, document: string, variables?: Readonly<Record<string, unknown>>): Promise<unknown>;
}
