/** How many events wait for a slow reader before its stream counts as lost. */
const MAX_WAITING = 64;

/** Between a socket that pushes and a reader that pulls. `fail` and `end` take effect after what already waits; the first of them counts. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(value: T): void;
  fail(error: Error): void;
  end(): void;
  /** Calls back once, when the queue takes no more. */
  onEnd(stop: () => void): void;
}

export function createEventQueue<T>(overflow: () => Error): EventQueue<T> {
  const waiting: T[] = [];
  let ended = false;
  let error: Error | null = null;
  let wake = () => {};
  let stop = () => {};
  function finish(reason: Error | null) {
    if (ended) return;
    ended = true;
    error = reason;
    stop();
    wake();
  }
  async function* read() {
    for (;;) {
      const value = waiting.shift();
      if (value !== undefined) yield value;
      else if (error) throw error;
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    push(value) {
      if (ended) return;
      if (waiting.length >= MAX_WAITING) return finish(overflow());
      waiting.push(value);
      wake();
    },
    fail: finish,
    end: () => finish(null),
    onEnd(callback) {
      stop = callback;
      if (ended) callback();
    },
    [Symbol.asyncIterator]: read,
  };
}
