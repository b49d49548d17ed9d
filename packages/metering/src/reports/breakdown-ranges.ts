import { Temporal } from 'temporal-polyfill';
import type { CostDimension, CostQuestion } from './breakdown-input.ts';
import type { Unit } from './roll-up.ts';

/** From `from` on and before `to`, in milliseconds since 1970. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface UnitRange extends Range {
  readonly unit: Unit;
}

/** What answers a range exactly: sums, and the lines of the rest. */
export interface Ranges {
  readonly sums: readonly UnitRange[];
  readonly lines: readonly Range[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const HOUR_NS = 3_600_000_000_000;

/** Sums of the longest units that fit, of shorter ones at their ends, and lines where none fits. Units: the longest first. */
export function splitRange(range: Range, units: readonly Unit[]): Ranges {
  if (range.from >= range.to) return { sums: [], lines: [] };
  const [unit, ...shorter] = units;
  if (!unit) return { sums: [], lines: [range] };
  const from = Math.ceil(range.from / (unit * MINUTE_MS)) * unit * MINUTE_MS;
  const to = Math.floor(range.to / (unit * MINUTE_MS)) * unit * MINUTE_MS;
  if (from >= to) return splitRange(range, shorter);
  const before = splitRange({ from: range.from, to: from }, shorter);
  const after = splitRange({ from: to, to: range.to }, shorter);
  return { sums: [...before.sums, { unit, from, to }, ...after.sums], lines: [...before.lines, ...after.lines] };
}

const isWholeHours = (at: number, timeZone: string): boolean =>
  new Temporal.ZonedDateTime(BigInt(at) * 1_000_000n, timeZone).offsetNanoseconds % HOUR_NS === 0;

/** Whether the zone's clocks are whole hours from UTC all the time: those of India and Nepal are not. */
function keepsHours({ from, to, timeZone }: CostQuestion): boolean {
  for (let at = from.getTime(); at < to.getTime(); at += DAY_MS) if (!isWholeHours(at, timeZone)) return false;
  return isWholeHours(to.getTime(), timeZone);
}

const TIMES: readonly CostDimension[] = ['HOUR', 'DAY', 'WEEK', 'MONTH'];

/** The longest unit that never lies across the border of two keys of the question's times. */
export function longestUnit(question: CostQuestion): Unit {
  if (!question.by.some((dimension) => TIMES.includes(dimension))) return 1440;
  if (question.timeZone === 'UTC') return question.by.includes('HOUR') ? 60 : 1440;
  return keepsHours(question) ? 60 : 15;
}
