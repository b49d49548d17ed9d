/** A date as a question names it: a day, a month or a year; what is null was not said. */
export interface NamedDate {
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
}

/** From this instant on and before that one, in epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const ENGLISH_MONTHS = monthsOf(
  'january february march april may june july august september october november december',
  'jan feb mar apr may jun jul aug sep oct nov dec',
  '_ _ _ _ _ _ _ _ sept _ _ _',
);
const POLISH_MONTHS = monthsOf(
  'styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien',
  'stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia',
  'styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu',
);
const ENGLISH = patternOf(ENGLISH_MONTHS);
const POLISH = patternOf(POLISH_MONTHS);

const ISO_DATE = /\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?\b/;
const DOTTED_DATE = /\b(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)\b/;
const YEAR = /\b((?:19|20)\d\d)\b/;
const MONTH_DAY = new RegExp(`\\b(${ENGLISH})\\.? (\\d{1,2})(?:st|nd|rd|th)?\\b(?!\\d)(?:,? ?((?:19|20)\\d\\d))?`);
const DAY_MONTH = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${ENGLISH})\\b,? ?((?:19|20)\\d\\d)?`);
const MONTH_YEAR = new RegExp(`\\b(${ENGLISH})\\b,? ?(?:of )?((?:19|20)\\d\\d)?`);
const POLISH_DAY = new RegExp(`\\b(\\d{1,2})\\.? (${POLISH})\\b ?((?:19|20)\\d\\d)?`);
const POLISH_MONTH = new RegExp(`\\b(${POLISH})\\b ?((?:19|20)\\d\\d)?`);

// Months that are names, verbs or parts of other words as well, and all short forms: they count after one of these words.
const PLAIN_MONTHS = new Set('january february july september october november december'.split(' '));
const BEFORE_MONTH =
  /\b(?:in|on|since|during|of|until|till|before|after|by|from|to|for|around|through|between|and|this|last|next|the|late|early|mid)$/;
const NAME_MONTHS = new Set(['maja', 'luty']);
const BEFORE_POLISH_MONTH = /\b(?:od|do|z|konca|koniec|poczatku|poczatek|polowy|polowa|polowie|dnia|miesiaca)$/;

/**
 * The date that a question names, or null. English: "May 7[, 2023]", "7 [of] May[, 2023]", "May [2023]" (`may`, `june`
 * and short forms only after a preposition or before a year), a year. Polish, on text without diacritics as well: "7
 * maja [2023]", "w maju [2023]", "7.05.2023", a year. Both: "2023-05-07", "2023-05". Years are 1900 to 2099.
 *
 * @param text the question, folded: lower case without diacritics
 */
export function namedDate(text: string, language: string): NamedDate | null {
  const iso = ISO_DATE.exec(text);
  if (iso) return dateOf(iso[1], Number(iso[2]), iso[3]);
  const found = language === 'pl' ? polishDate(text) : englishDate(text);
  const year = found?.year ?? numberOf(YEAR.exec(text)?.[1]);
  return found || year !== null ? { year, month: found?.month ?? null, day: found?.day ?? null } : null;
}

function englishDate(text: string): NamedDate | null {
  const monthDay = MONTH_DAY.exec(text);
  if (monthDay) return dateOf(monthDay[3], ENGLISH_MONTHS.get(monthDay[1] ?? ''), monthDay[2]);
  const dayMonth = DAY_MONTH.exec(text);
  if (dayMonth) return dateOf(dayMonth[3], ENGLISH_MONTHS.get(dayMonth[2] ?? ''), dayMonth[1]);
  const month = MONTH_YEAR.exec(text);
  if (!month) return null;
  const isSure =
    PLAIN_MONTHS.has(month[1] ?? '') || month[2] || BEFORE_MONTH.test(text.slice(0, month.index).trimEnd());
  return isSure ? dateOf(month[2], ENGLISH_MONTHS.get(month[1] ?? ''), undefined) : null;
}

function polishDate(text: string): NamedDate | null {
  const dotted = DOTTED_DATE.exec(text);
  if (dotted) return dateOf(dotted[3], Number(dotted[2]), dotted[1]);
  const day = POLISH_DAY.exec(text);
  if (day) return dateOf(day[3], POLISH_MONTHS.get(day[2] ?? ''), day[1]);
  const month = POLISH_MONTH.exec(text);
  if (!month) return null;
  const before = text.slice(0, month.index).trimEnd();
  const isSure = !NAME_MONTHS.has(month[1] ?? '') || month[2] || BEFORE_POLISH_MONTH.test(before);
  return isSure ? dateOf(month[2], POLISH_MONTHS.get(month[1] ?? ''), undefined) : null;
}

const dateOf = (year: string | undefined, month: number | undefined, day: string | undefined): NamedDate => ({
  year: numberOf(year),
  month: month ?? null,
  day: numberOf(day),
});

const numberOf = (digits: string | undefined): number | null => (digits === undefined ? null : Number(digits));

const DAY_MS = 86_400_000;
const TELLING_DAYS = 7;

/**
 * When something of that date may have been told: the day to seven days after it, the month to seven days after it, or the
 * year, all in UTC. A date without a year gives one interval for each of the years `firstYear`..`lastYear`, in order; a day
 * that a month does not have gives none.
 *
 * The week was chosen on conversations, where most events are told within it (weights 1 to 3 of the flag differ by .004).
 */
export function tellingIntervals(date: NamedDate, firstYear: number, lastYear: number): Interval[] {
  const intervals: Interval[] = [];
  for (let year = date.year ?? firstYear; year <= (date.year ?? lastYear); year++) {
    const interval = intervalIn(year, date.month, date.day);
    if (interval) intervals.push(interval);
  }
  return intervals;
}

function intervalIn(year: number, month: number | null, day: number | null): Interval | null {
  if (month === null) return { from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) };
  if (month < 1 || month > 12) return null;
  if (day === null) return { from: Date.UTC(year, month - 1, 1), to: Date.UTC(year, month, 1) + TELLING_DAYS * DAY_MS };
  const from = Date.UTC(year, month - 1, day);
  if (new Date(from).getUTCDate() !== day) return null;
  return { from, to: from + (TELLING_DAYS + 1) * DAY_MS };
}

function monthsOf(...lists: readonly string[]): ReadonlyMap<string, number> {
  return new Map(lists.flatMap((list) => list.split(' ').map((name, i): [string, number] => [name, i + 1])));
}

function patternOf(months: ReadonlyMap<string, number>): string {
  const names = [...months.keys()].filter((name) => name !== '_');
  return names.sort((a, b) => b.length - a.length).join('|');
}
