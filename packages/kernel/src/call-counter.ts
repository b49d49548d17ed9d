/** At most `limit` calls in any `windowMs` milliseconds. */
export interface CallWindow {
  readonly limit: number;
  readonly windowMs: number;
}

/** Calls to be counted under a name; 0 only looks. A name is asked with one window at a time; under another one the calls that are known count on. */
export interface CallAsk {
  readonly name: string;
  readonly window: CallWindow;
  readonly calls: number;
}

/** How one name stands. */
export interface CallCount {
  /** Whether its window has room for its calls. They are counted where each name that was asked with it has room too. */
  readonly hasRoom: boolean;
  /** Calls of the window that ends now, those just counted among them. */
  readonly used: number;
  /** Without room: when as many calls as were asked for are free again. Else: when the oldest counted call leaves the window; now, without one. */
  readonly freeAt: Date;
}

/**
 * Counts calls in a sliding window, exactly: of any number of calls at once no more are taken than the limit has room for.
 * A refused call is not counted.
 */
export interface CallCounter {
  /** Counts the calls of all names or of none, in one atomic step. Names differ; answers are in their order. */
  take(asks: readonly CallAsk[]): Promise<readonly CallCount[]>;
  close(): Promise<void>;
}
