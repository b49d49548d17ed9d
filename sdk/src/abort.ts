import type { Clock } from './clock.ts';
import { NetworkError } from './errors.ts';

/** A controller that is aborted with the signal, and for its reason, until `unlink` is called. */
export function linkTo(signal: AbortSignal | undefined): { controller: AbortController; unlink: () => void } {
  const controller = new AbortController();
  const follow = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', follow);
  if (signal?.aborted) follow();
  return { controller, unlink: () => signal?.removeEventListener('abort', follow) };
}

/** Aborts the controller with a NetworkError unless the work is done within `ms` milliseconds. */
export async function within<T>(
  work: () => Promise<T>,
  { ms, clock, controller }: { ms: number; clock: Clock; controller: AbortController },
): Promise<T> {
  const done = new AbortController();
  void clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) controller.abort(new NetworkError(`The server sent nothing within ${ms} ms.`));
  });
  try {
    return await work();
  } finally {
    done.abort();
  }
}
