/** After this many attempts a job is dead: it stays, with its reason, until somebody looks. */
export const MAX_ATTEMPTS = 20;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;

/**
 * When to try again: exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015), between a tenth and the whole of 1 s · 2^(attempt − 1), at most 5 minutes. `random` is 0..1.
 */
export function nextDelayMs(attempt: number, random: number): number {
  const most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.round(most * (0.1 + 0.9 * random));
}
