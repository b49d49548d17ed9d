import { badInput } from '@rae/kernel';

export const LEAST_TTL_SECONDS = 60;
export const MOST_TTL_SECONDS = 31_536_000;
export const WORKING_TTL_SECONDS = 86_400;

/** @throws BAD_USER_INPUT unless it is a whole number of seconds from a minute to 365 days */
export function checkTtl(field: string, seconds: number): number {
  if (!Number.isInteger(seconds) || seconds < LEAST_TTL_SECONDS || seconds > MOST_TTL_SECONDS)
    throw badInput(field, `must be ${LEAST_TTL_SECONDS} to ${MOST_TTL_SECONDS} seconds, not ${seconds}`, {
      least: LEAST_TTL_SECONDS,
      limit: MOST_TTL_SECONDS,
      given: seconds,
    });
  return seconds;
}

/** @throws BAD_USER_INPUT unless it lies a minute to 365 days ahead */
export function checkExpiry(field: string, expiresAt: Date, now: Date): Date {
  const ahead = (expiresAt.getTime() - now.getTime()) / 1_000;
  if (ahead < LEAST_TTL_SECONDS || ahead > MOST_TTL_SECONDS)
    throw badInput(
      field,
      `must lie ${LEAST_TTL_SECONDS} to ${MOST_TTL_SECONDS} seconds ahead, not ${Math.round(ahead)}`,
      {
        least: LEAST_TTL_SECONDS,
        limit: MOST_TTL_SECONDS,
        given: expiresAt,
      },
    );
  return expiresAt;
}

/** The instant at which something that lives so long from now is over. */
export const expiryOf = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1_000);
