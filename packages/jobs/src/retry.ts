/** After this many attempts a job is dead: it stays, with its reason, until somebody looks. */
export const MAX_ATTEMPTS = 20;
/** From this attempt on the delay grows no more. */
export const LONGEST_DELAY_ATTEMPT = 10;
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

/**
 * How long until a job that a budget refused is tried again: as others, since a budget may be raised at any time, but not
 * past the beginning of its next window, and never at once: clocks differ.
 *
 * @param resetsAt ISO 8601; null: the budget does not reset
 */
export function budgetDelayMs(delayMs: number, resetsAt: string | null, now: Date): number {
  const untilResetMs = resetsAt === null ? Number.POSITIVE_INFINITY : Date.parse(resetsAt) - now.getTime();
  return Math.min(delayMs, Math.max(FIRST_DELAY_MS, untilResetMs));
}
