/** What a forecast is made of; amounts in nano-USD. */
export interface Seen {
  readonly now: Date;
  readonly endsAt: Date;
  readonly usedNano: bigint;
  /** With a raise in force; null: no limit in USD. */
  readonly limitNano: bigint | null;
  readonly sliceMs: number;
  /** Spent in each of the latest whole slices, oldest first; from the first one with a spend on. */
  readonly slices: readonly number[];
}

/** By the end of the window; low and high are the borders of an 80 % band. */
export interface Forecast {
  readonly projectedNano: bigint;
  readonly lowNano: bigint;
  readonly highNano: bigint;
  /** When the limit is reached at the mean rate; null: not in this window. */
  readonly exhaustedAt: Date | null;
}

/** With fewer slices the band says nothing: Student's t alone widens it by a tenth at 8. */
export const LEAST_SLICES = 8;

/** One tenth of a normal distribution lies above it. */
const Z = 1.281551565545;

/** The same quantile of Student's t: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5; right to 0.001 from 7 degrees on. */
function quantile(degrees: number): number {
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  return Z + first / degrees + second / degrees ** 2;
}

const toNano = (value: number): bigint => BigInt(Math.round(value));

function exhaustion({ now, endsAt, usedNano, limitNano, sliceMs }: Seen, mean: number): Date | null {
  if (limitNano === null) return null;
  if (usedNano >= limitNano) return now;
  const at = new Date(now.getTime() + (Number(limitNano - usedNano) / mean) * sliceMs);
  return at < endsAt ? at : null;
}

/**
 * What a window will have used at its end, from the mean and the spread of what the latest slices spent. The band is the
 * prediction interval of a sum of r further values after n seen ones, mean·r ± t·s·√(r + r²/n): Meeker, Hahn and Escobar,
 * Statistical Intervals (2017), 4.7. It takes slices for independent and alike; a burst that has begun just now widens it.
 *
 * @returns null: too little was seen
 */
export function forecast(seen: Seen): Forecast | null {
  const { slices, usedNano, sliceMs, now, endsAt } = seen;
  const n = slices.length;
  if (n < LEAST_SLICES) return null;
  const mean = slices.reduce((sum, value) => sum + value, 0) / n;
  if (mean <= 0) return null;
  const spread = Math.sqrt(slices.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const rest = Math.max(0, endsAt.getTime() - now.getTime()) / sliceMs;
  const band = quantile(n - 1) * spread * Math.sqrt(rest + rest ** 2 / n);
  return {
    projectedNano: usedNano + toNano(mean * rest),
    lowNano: usedNano + toNano(Math.max(0, mean * rest - band)),
    highNano: usedNano + toNano(mean * rest + band),
    exhaustedAt: exhaustion(seen, mean),
  };
}
