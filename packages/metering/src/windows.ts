import { badInput } from '@rae/kernel';
import { Temporal } from 'temporal-polyfill';

export const BUDGET_WINDOWS = ['HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'TOTAL'] as const;
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];

/** What a budget's windows follow from. */
export interface WindowRule {
  readonly window: BudgetWindow;
  /** IANA name. */
  readonly timeZone: string;
  /** 1 = Monday .. 7. */
  readonly weekStartsOn: number;
  /** Day of the month, 1..28. */
  readonly monthStartsOn: number;
}

/** From `startsAt` on and before `endsAt`; null: it never ends. */
export interface TimeWindow {
  readonly startsAt: Date;
  readonly endsAt: Date | null;
}

const HOUR_MINUTES = 60;

/** The last instant at or before `time` at which the zone's clocks show a full hour; an offset may change by half an hour. */
function floorToHour(time: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const { minute: minutes, second: seconds, millisecond: milliseconds } = time;
  if (minutes === 0 && seconds === 0 && milliseconds === 0) return time;
  return floorToHour(time.subtract({ minutes, seconds, milliseconds }));
}

function nextHour(start: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const next = start.add({ minutes: HOUR_MINUTES });
  return next.minute === 0 ? next : next.add({ minutes: HOUR_MINUTES - next.minute });
}

const weekOf = (date: Temporal.PlainDate, startsOn: number): [Temporal.PlainDate, Temporal.PlainDate] => {
  const first = date.subtract({ days: (date.dayOfWeek - startsOn + 7) % 7 });
  return [first, first.add({ days: 7 })];
};

const monthOf = (date: Temporal.PlainDate, startsOn: number): [Temporal.PlainDate, Temporal.PlainDate] => {
  const first = (date.day >= startsOn ? date : date.subtract({ months: 1 })).with({ day: startsOn });
  return [first, first.add({ months: 1 })];
};

function daysOf(rule: WindowRule, date: Temporal.PlainDate): [Temporal.PlainDate, Temporal.PlainDate] {
  if (rule.window === 'WEEKLY') return weekOf(date, rule.weekStartsOn);
  if (rule.window === 'MONTHLY') return monthOf(date, rule.monthStartsOn);
  return [date, date.add({ days: 1 })];
}

/**
 * The window that an instant lies in. Windows follow from the clock and the zone's calendar alone, join without a gap, and
 * are as long as the calendar says: a day of 23 or 25 hours where clocks change, from midnight (or the first instant of a
 * day that has none) to the next. TOTAL is one window from 1970 on, without an end.
 *
 * @throws RangeError for a zone that checkTimeZone refuses
 */
export function windowAt(rule: WindowRule, at: Date): TimeWindow {
  if (rule.window === 'TOTAL') return { startsAt: new Date(0), endsAt: null };
  const time = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(rule.timeZone);
  if (rule.window === 'HOURLY') {
    const start = floorToHour(time);
    return { startsAt: new Date(start.epochMilliseconds), endsAt: new Date(nextHour(start).epochMilliseconds) };
  }
  const [first, next] = daysOf(rule, time.toPlainDate());
  // Without a time: the first instant of that day.
  const instant = (date: Temporal.PlainDate) => new Date(date.toZonedDateTime(rule.timeZone).epochMilliseconds);
  return { startsAt: instant(first), endsAt: instant(next) };
}

const OFFSET = /^[+-]/;

/**
 * Checks the name of a time zone.
 *
 * @throws BAD_USER_INPUT unless the IANA database has it; an offset such as +02:00 is no zone
 */
export function checkTimeZone(field: string, zone: string): string {
  try {
    if (!OFFSET.test(zone) && zone.length <= 64) return new Intl.DateTimeFormat('en', { timeZone: zone }) && zone;
  } catch {
    // told below
  }
  throw badInput(field, 'must be an IANA time zone, such as Europe/Warsaw or UTC', { given: zone.slice(0, 64) });
}
