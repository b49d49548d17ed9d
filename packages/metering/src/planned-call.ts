import { badInput } from '@rae/kernel';
import { checkUsage, NO_USAGE } from './usage.ts';

/** A call that is about to be made. */
export interface PlannedCall {
  /** Also `provider/model`. */
  readonly model: string;
  readonly provider?: string | null;
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** 1..3 600 */
  readonly leaseSeconds: number;
  /** True where no other model would do, as for a vector: a DOWNGRADE budget then refuses at its limit and changes nothing. */
  readonly fixedModel?: boolean;
  readonly idempotencyKey?: string | null;
}

export const MAX_LEASE_SECONDS = 3_600;
/** @throws BAD_USER_INPUT */
export function checkLease(leaseSeconds: number): number {
  if (Number.isInteger(leaseSeconds) && leaseSeconds >= 1 && leaseSeconds <= MAX_LEASE_SECONDS) return leaseSeconds;
  throw badInput('input.leaseSeconds', `must be a whole number from 1 to ${MAX_LEASE_SECONDS}, not ${leaseSeconds}`, {
    limit: MAX_LEASE_SECONDS,
    given: String(leaseSeconds),
  });
}

/** @throws BAD_USER_INPUT */
export function checkCall({ inputTokens, maxOutputTokens, leaseSeconds }: PlannedCall): void {
  checkUsage('input', { ...NO_USAGE, inputTokens });
  if (!Number.isSafeInteger(maxOutputTokens) || maxOutputTokens < 0)
    throw badInput('input.maxOutputTokens', `must be a whole number that is not negative, not ${maxOutputTokens}`, {
      given: String(maxOutputTokens),
    });
  checkLease(leaseSeconds);
}
