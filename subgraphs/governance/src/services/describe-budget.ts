import { type Context, checkFirst } from '@rae/kernel';
import {
  type Budget,
  type BudgetPeriod,
  type Forecast,
  forecastBudget,
  listPastWindows,
  type TimeWindow,
  windowAt,
} from '@rae/metering';

/** The window of now; of a budget that nothing was booked on yet, as its calendar says. */
export const windowOf = (ctx: Context, budget: Budget): TimeWindow =>
  budget.windowStartsAt
    ? { startsAt: budget.windowStartsAt, endsAt: budget.resetsAt }
    : windowAt(budget, ctx.clock.now());

/** What another call may hold; never below 0. Null: no limit in USD. */
export function remainingNano({ limitNano, raise, usedNano, reservedNano }: Budget): bigint | null {
  if (limitNano === null) return null;
  const left = limitNano + (raise?.extraNano ?? 0n) - usedNano - reservedNano;
  return left > 0n ? left : 0n;
}

/** The same in tokens. */
export const remainingTokens = ({ limitTokens, raise, usedTokens, reservedTokens }: Budget): number | null =>
  limitTokens === null ? null : Math.max(0, limitTokens + (raise?.extraTokens ?? 0) - usedTokens - reservedTokens);

/** Null: too little seen, or the window has no end. */
export const forecastOf = (ctx: Context, budget: Budget): Promise<Forecast | null> =>
  ctx.read((tx) => forecastBudget(tx, { ...budget, resetsAt: windowOf(ctx, budget).endsAt }));

/**
 * Past windows, newest first.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200
 */
export function periodsOf(ctx: Context, { id }: Budget, first: number): Promise<BudgetPeriod[]> {
  checkFirst(first);
  return ctx.readOnce((tx) => listPastWindows(tx, id, first));
}
