import { badInput } from '@rae/kernel';

/** Nano-dollars of one US dollar. All money is counted in whole nano-dollars. */
export const NANO_PER_USD = 1_000_000_000n;

const FRACTION_DIGITS = 9;

/** What one amount may be at most, in USD: its nano-dollars fit a Postgres bigint nine times over. */
export const MAX_USD = 1_000_000_000;

const DECIMAL = /^(\d{1,20})(?:\.(\d+))?$/;

function checkSize(field: string, text: string, whole: string, fraction: string): void {
  if (fraction.replace(/0+$/, '').length > FRACTION_DIGITS)
    throw badInput(field, `has more than ${FRACTION_DIGITS} digits after the point: ${text}`, {
      limit: FRACTION_DIGITS,
      given: text,
    });
  if (BigInt(whole) > BigInt(MAX_USD))
    throw badInput(field, `must be at most ${MAX_USD}, not ${text}`, { limit: MAX_USD, given: text });
}

/**
 * Nano-dollars of an amount in USD, such as `0.25`; exact.
 *
 * @throws BAD_USER_INPUT naming the field for what is no decimal (NaN, 1e400), is negative, has more than 9 digits after
 *   the point, or is above 1 000 000 000
 */
export function parseUsd(field: string, text: string): bigint {
  const [, whole, fraction = ''] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === undefined)
    throw badInput(field, 'must be a decimal that is not negative, such as "0.25"', { given: text.slice(0, 100) });
  checkSize(field, text, whole, fraction);
  return BigInt(whole) * NANO_PER_USD + BigInt(fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0'));
}

/** Nano-dollars in USD as a decimal string without trailing zeros: 8603760n is `0.00860376`. Exact. */
export function formatUsd(nano: bigint): string {
  const digits = (nano < 0n ? -nano : nano).toString().padStart(FRACTION_DIGITS + 1, '0');
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  return `${nano < 0n ? '-' : ''}${digits.slice(0, -FRACTION_DIGITS)}${fraction ? `.${fraction}` : ''}`;
}

/** Nano-dollars as a USD number, for metrics and spans alone: a float holds no exact money. */
export const toUsdNumber = (nano: bigint): number => Number(formatUsd(nano));

/** `dividend / divisor` rounded half up, for amounts that are not negative. */
export const divideHalfUp = (dividend: bigint, divisor: bigint): bigint => (dividend * 2n + divisor) / (divisor * 2n);
