import { PlatformError } from '@rae/kernel';

/** The answers that this process makes; they go on when who asked goes away. */
export interface AnswerMakers {
  /** Runs `make` to its end; `signal` is aborted when the process stops. */
  run<T>(make: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Ends those in the making and waits until they are written down. */
  close(): Promise<void>;
}

/** See AnswerMakers. */
export function createAnswerMakers(): AnswerMakers {
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    run(make) {
      const made = make(closing.signal);
      const ended = made.then(
        () => {},
        () => {}, // told to those who wait for it
      );
      running.add(ended);
      void ended.then(() => running.delete(ended));
      return made;
    },
    async close() {
      closing.abort(
        new PlatformError('DEPENDENCY_UNAVAILABLE', 'The server is stopping; ask again under the same key.'),
      );
      await Promise.all(running);
    },
  };
}
