const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
/** "1:56 pm on 8 May, 2023", as LoCoMo writes it. */
const SPOKEN = /^(\d{1,2}):(\d{2}) ?(am|pm) on (\d{1,2}) ([a-z]{3,9}),? (\d{4})$/i;
/** A day, or a day with a time; without an offset the time is UTC. */
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:\d{2})?)?$/i;

/** Null for what no calendar or clock has, such as 31 April, which Date.UTC would take for 1 May. */
function instantOf(year: number, month: number, day: number, hour: number, minute: number): Date | null {
  const instant = new Date(Date.UTC(year, month, day, hour, minute));
  return instant.getUTCMonth() === month && minute < 60 ? instant : null;
}

function spokenInstant(when: string): Date | null {
  const [, hour, minute, half = '', day, month = '', year] = SPOKEN.exec(when) ?? [];
  if (Number(hour) < 1 || Number(hour) > 12) return null;
  const hours = (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  return instantOf(Number(year), MONTHS.indexOf(month.slice(0, 3).toLowerCase()), Number(day), hours, Number(minute));
}

function isoInstant(when: string): Date | null {
  const [, date, time = '00:00', offset = 'Z'] = ISO.exec(when) ?? [];
  if (date === undefined) return null;
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const instant = new Date(`${date}T${time}${offset.toUpperCase()}`);
  return instantOf(year, month - 1, day, 0, 0) && !Number.isNaN(instant.getTime()) ? instant : null;
}

/**
 * The instant that a corpus names: "1:56 pm on 8 May, 2023", an ISO 8601 date and time, or an ISO date, which is its midnight.
 * What names no offset is UTC.
 *
 * @returns null for anything else, and for what no calendar has
 */
export function parseWhen(when: string): Date | null {
  const text = when.trim().replaceAll(/\s+/g, ' ');
  return SPOKEN.test(text) ? spokenInstant(text) : isoInstant(text);
}
