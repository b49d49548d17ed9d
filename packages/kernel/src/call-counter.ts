/** At most `limit` calls in any `windowMs` milliseconds. */
export interface CallWindow {
  readonly limit: number;
  readonly windowMs: number;
}

export interface CallCount {
  /** Whether the calls were counted: all of them or none. */
  readonly taken: boolean;
  /** Calls of the window that ends now, those just taken among them. */
  readonly used: number;
  /** Refused: when as many calls as were asked for are free again. Else: when the oldest counted call leaves the window; now, without one. */
  readonly freeAt: Date;
}

/**
 * Counts calls in a sliding window, exactly: of any number of calls at once no more are taken than the limit has room for.
 * A refused call is not counted.
 */
export interface CallCounter {
  /**
   * Takes `calls` places under `name`, all or none, in one atomic step. 0 looks and takes none. A name is asked with one
   * window at a time; under another one the calls that are known count on.
   */
  take(name: string, window: CallWindow, calls: number): Promise<CallCount>;
  close(): Promise<void>;
}
