/**
 * Runs `work` with a signal that aborts when `outer` does, or after `timeoutMs` with what `tooLate` gives. One timer that
 * is cleared: AbortSignal.timeout leaves one behind per call, for the whole time.
 */
export async function withDeadline<T>(
  outer: AbortSignal | null,
  timeoutMs: number,
  tooLate: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort(outer?.reason);
  const timer = setTimeout(() => controller.abort(tooLate()), timeoutMs);
  outer?.addEventListener('abort', stop, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  }
}
