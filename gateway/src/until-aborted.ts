function nextOrAbort<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve({ done: true, value: undefined });
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * Reads `source` until it ends or `signal` aborts, whichever is first; an abort ends the reading at once, even if the
 * source takes its time to return. Leaving the loop tells the source to return.
 */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await nextOrAbort(iterator, signal);
      if (step.done) return;
      yield step.value;
    }
  } finally {
    // not awaited: a source that waits for its next event would hold its reader until then
    iterator.return?.().catch(() => {});
  }
}
