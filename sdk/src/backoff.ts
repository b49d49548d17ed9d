import type { Clock } from './clock.ts';
import { RaeError } from './errors.ts';

const FIRST_WAIT_MS = 200;
/** Also how long a stream has to last to count as well again. */
export const LONGEST_WAIT_MS = 10_000;
/** Who is asked to wait for longer gets the error instead, and decides. */
const LONGEST_ASKED_WAIT_MS = 60_000;

/**
 * Full jitter over an exponential backoff from 0.2 to 10 s, on top of what the server asks for: clients that failed together
 * do not come back together (M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 *
 * @param failures in a row, from 1
 * @returns milliseconds to wait before the next attempt; null when another attempt cannot mend the error, or not soon
 */
export function waitAfter(error: unknown, failures: number, clock: Clock): number | null {
  if (!(error instanceof RaeError && error.retryable)) return null;
  const askedMs = error.retryAfterMs ?? 0;
  if (askedMs > LONGEST_ASKED_WAIT_MS) return null;
  return askedMs + clock.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
}

/**
 * Does the work up to `retries` times more while it fails with what passes. The signal ends the waiting; the work has to look
 * at it by itself.
 *
 * @throws what the last attempt threw
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { retries, clock, signal }: { retries: number; clock: Clock; signal: AbortSignal },
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      const waitMs = failures > retries ? null : waitAfter(error, failures, clock);
      if (waitMs === null) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}

/** When an instant comes, in milliseconds from now; 0 when it is past, null when it is none. */
export function msUntil(instant: unknown, now: number): number | null {
  const at = typeof instant === 'string' ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Of a Retry-After header: seconds or a date (RFC 9110, 10.2.3); null where it says neither. */
export function parseRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  return /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : msUntil(value, now);
}
