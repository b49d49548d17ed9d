import { badInput, checkFirst } from '@rae/kernel';
import { checkTimeZone } from '../windows.ts';
import { type CostLogFilter, checkCostFilter } from './cost-filter.ts';

export const COST_DIMENSIONS = [
  'MODEL',
  'PROVIDER',
  'OPERATION',
  'PROJECT',
  'USER',
  'AGENT',
  'SESSION',
  'API_KEY',
  'SUBJECT_TYPE',
  'TRIGGER',
  'WORKFLOW',
  'TAG',
  'HOUR',
  'DAY',
  'WEEK',
  'MONTH',
] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

export const COST_BREAKDOWN_ORDERS = ['USD_DESC', 'CALLS_DESC', 'TOKENS_DESC', 'KEYS_ASC'] as const;
export type CostBreakdownOrder = (typeof COST_BREAKDOWN_ORDERS)[number];

/** `input CostBreakdownInput`; `from` left out: 31 days before `to`; `to` left out: now. */
export interface CostBreakdownInput {
  readonly by: readonly CostDimension[];
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly filter?: CostLogFilter | null;
  readonly orderBy: CostBreakdownOrder;
  readonly first: number;
  readonly timeZone: string;
}

/** A checked question: `[from, to)`. */
export interface CostQuestion {
  readonly by: readonly CostDimension[];
  readonly from: Date;
  readonly to: Date;
  readonly filter: CostLogFilter;
  readonly orderBy: CostBreakdownOrder;
  readonly first: number;
  readonly timeZone: string;
}

const DAY_MS = 86_400_000;
const MAX_DIMENSIONS = 4;
const MAX_ROWS = 1_000;
/** Where lines have to be read one by one, or hours would be too many. */
const SHORT_DAYS = 31;
const LONG_DAYS = 366;

function checkDimensions(by: readonly CostDimension[]): readonly CostDimension[] {
  if (by.length < 1 || by.length > MAX_DIMENSIONS)
    throw badInput('input.by', `must hold 1 to ${MAX_DIMENSIONS} dimensions, not ${by.length}`, {
      limit: MAX_DIMENSIONS,
      given: by.length,
    });
  const twice = by.find((dimension, at) => by.indexOf(dimension) !== at);
  if (twice) throw badInput('input.by', `holds ${twice} twice`);
  return by;
}

function checkRange(from: Date, to: Date, days: number, why: string): void {
  if (from >= to) throw badInput('input.to', 'must be after from');
  const given = (to.getTime() - from.getTime()) / DAY_MS;
  // An hour more: the days of one zone are not all of 24 hours.
  if (given > days + 1 / 24)
    throw badInput('input.from', `must be at most ${days} days before to${why}, not ${Math.ceil(given)}`, {
      limit: days,
      given: Math.ceil(given),
    });
}

/** @throws BAD_USER_INPUT naming the field, the limit and what was given */
export function checkBreakdown(input: CostBreakdownInput, now: Date): CostQuestion {
  const by = checkDimensions(input.by);
  const { from: filterFrom, to: filterTo, ...filter } = checkCostFilter(input.filter, 'input.filter');
  if (filterFrom || filterTo) throw badInput('input.filter', 'takes no from and to here; give them beside it');
  const to = input.to ?? now;
  const from = input.from ?? new Date(to.getTime() - SHORT_DAYS * DAY_MS);
  const short = by.includes('TAG') || by.includes('HOUR') || Boolean(filter.tags?.length);
  checkRange(from, to, short ? SHORT_DAYS : LONG_DAYS, short ? ' with HOUR, TAG or tags' : '');
  return {
    by,
    from,
    to,
    filter,
    orderBy: input.orderBy,
    first: checkFirst(input.first, MAX_ROWS, 'input.first'),
    timeZone: checkTimeZone('input.timeZone', input.timeZone),
  };
}
