import { isNip, isPesel, isRegon, isSsn, passesLuhn, passesMod97 } from './checksums.ts';
import type { Finding, PiiKind } from './finding.ts';

/** Groups of digits that stand together, such as 600 100 200. */
interface Run {
  readonly groups: readonly { readonly digits: string; readonly start: number }[];
  readonly end: number;
}

const RUN = /(?<![\p{L}\p{N}_.,])\d+(?:[ \u00a0-]\d+)*(?![\p{L}\p{N}_]|[.,]\d)/gu;
const GROUP = /\d+/g;
/** Of one number: those of an IBAN without its letters. */
const MOST_DIGITS = 26;
const MOST_GROUPS = 8;
const LEAST_DIGITS = 7;
/** Of six groups at most: `2 2 2 2 2 2`. */
const MOST_PHONE_SHAPE = 11;
/** How far before a number the word stands that tells what it is. */
const CONTEXT = 32;

const CARD = /^(?:4|5[1-5]|2[2-7]|3[4-7]|30|3[89]|6)/;
const CARD_SHAPES = new Set(['13', '14', '15', '16', '17', '18', '19', '4 4 4 4', '4 4 4 4 3', '4 6 5', '4 6 4']);
/** First two digits of mobile and of landline numbers (numbering plan of the Polish UKE). */
const POLISH_MOBILE = /^(?:45|50|51|53|57|60|66|69|72|73|78|79|88)/;
const POLISH_AREA = /^(?:1[2-8]|2[2-59]|3[2-4]|4[1-468]|5[24-689]|6[1-3578]|7[14-7]|8[1-79]|9[145])/;
const NORTH_AMERICAN = /^[2-9]\d\d[2-9]\d{6}$/;

const DATE_SHAPES = new Set(['4 2 2', '2 2 4', '1 2 4', '2 1 4', '1 1 4']);

const PHONE_WORD = /(?:tel|phone|mobile|cell|call|fax|kom[oó]rk|zadzwo|dzwo[nń]|whatsapp|sms|text me)[^\d]*$/i;
const NIP_WORD = /(?:nip|vat|tax id|ptu)[^\d]*$/i;
const REGON_WORD = /regon[^\d]*$/i;
const SSN_WORD = /(?:ssn|social security)[^\d]*$/i;
/** What follows an amount; 123 456 789 zł is no phone number. */
const UNIT = /^ ?(?:zł|pln|usd|eur|gbp|chf|€|\$|£|%|tys|mln|mld|szt|os[oó]b|rows|users|bytes|km|kg|m\b)/i;

function* runsIn(text: string): Generator<Run> {
  for (const { 0: found, index } of text.matchAll(RUN)) {
    const groups = Array.from(found.matchAll(GROUP), (group) => ({ digits: group[0], start: index + group.index }));
    yield { groups, end: index + found.length };
  }
}

interface Candidate {
  readonly digits: string;
  /** Lengths of the groups, such as `3 3 3`. */
  readonly shape: string;
  readonly start: number;
  readonly end: number;
  /** The text right before and right behind. */
  readonly before: string;
  readonly behind: string;
}

function isPhone({ digits, shape, before, behind }: Candidate): boolean {
  if (before.endsWith('+') || (/^00[1-9]/.test(digits) && digits.length > 10 && shape.includes(' ')))
    return digits.length >= 8 && digits.length <= 17;
  if (UNIT.test(behind) || DATE_SHAPES.has(shape)) return false;
  if (digits.length === 9 && POLISH_MOBILE.test(digits) && shape === '3 3 3') return true;
  if (digits.length === 9 && POLISH_AREA.test(digits) && (shape === '2 3 2 2' || shape === '3 2 2 2')) return true;
  if (shape === '3 3 4') return NORTH_AMERICAN.test(digits);
  return digits.length <= 15 && shape.length <= MOST_PHONE_SHAPE && PHONE_WORD.test(before);
}

/** Ordered: the first that fits says what a number is. */
const TESTS: readonly (readonly [PiiKind, (candidate: Candidate) => boolean])[] = [
  ['IBAN', ({ digits }) => digits.length === 26 && passesMod97(`PL${digits}`)],
  [
    'CARD',
    ({ digits, shape }) =>
      CARD_SHAPES.has(shape) && CARD.test(digits) && new Set(digits).size > 1 && passesLuhn(digits),
  ],
  ['PESEL', ({ digits, shape }) => shape === '11' && isPesel(digits)],
  [
    'NIP',
    ({ digits, shape, before }) =>
      isNip(digits) && (shape === '3 3 2 2' || shape === '3 2 2 3' || NIP_WORD.test(before)),
  ],
  ['REGON', ({ digits, before }) => REGON_WORD.test(before) && isRegon(digits)],
  ['SSN', ({ digits, shape, before }) => isSsn(digits) && (shape === '3 2 4' || SSN_WORD.test(before))],
  ['PHONE', isPhone],
];

/** The longest number that means something and starts at a group of a run. */
function longestAt(text: string, { groups, end }: Run, from: number): { finding: Finding; groups: number } | null {
  const first = groups[from];
  if (!first) return null;
  const before = text.slice(Math.max(0, first.start - CONTEXT), first.start);
  let [digits, shape] = ['', ''];
  let best: { finding: Finding; groups: number } | null = null;
  for (const [at, group] of groups.slice(from, from + MOST_GROUPS).entries()) {
    digits += group.digits;
    if (digits.length > MOST_DIGITS) break;
    shape = shape === '' ? `${group.digits.length}` : `${shape} ${group.digits.length}`;
    if (digits.length < LEAST_DIGITS) continue;
    const last = group.start + group.digits.length;
    const behind = last === end ? text.slice(last, last + 6) : '';
    const candidate = { digits, shape, start: first.start, end: last, before, behind };
    const kind = TESTS.find(([, fits]) => fits(candidate))?.[0];
    const start = kind === 'PHONE' && before.endsWith('+') ? first.start - 1 : first.start;
    if (kind) best = { finding: { kind, start, end: last }, groups: at + 1 };
  }
  return best;
}

/** Numbers that their checksum, their shape or the word before them tells: each group of digits belongs to one at most. */
export function findNumbers(text: string): Finding[] {
  const found: Finding[] = [];
  for (const run of runsIn(text))
    for (let at = 0; at < run.groups.length; ) {
      const longest = longestAt(text, run, at);
      if (longest) found.push(longest.finding);
      at += longest?.groups ?? 1;
    }
  return found;
}

/** (22) 123-45-67 and (555) 123-4567: the parenthesis ends a run. */
const IN_PARENTHESES = /\((\d{2,3})\) ?(\d{3}[ -]\d{2}[ -]?\d{2})(?!\d)/g;

/** Phone numbers whose first part stands in parentheses. */
export function findParenthesised(text: string): Finding[] {
  return Array.from(text.matchAll(IN_PARENTHESES)).flatMap(({ 0: found, 1: area = '', 2: rest = '', index }) => {
    const digits = area + rest.replace(/\D/g, '');
    const fits = area.length === 2 ? POLISH_AREA.test(area) : NORTH_AMERICAN.test(digits);
    return fits ? [{ kind: 'PHONE' as const, start: index, end: index + found.length }] : [];
  });
}

const WITH_COUNTRY = /(?<![\p{L}\p{N}])PL ?(\d{10})(?!\d)/gu;

/** Polish tax numbers as the European Union writes them: PL and ten digits. */
export const findEuropeanNips = (text: string): Finding[] =>
  Array.from(text.matchAll(WITH_COUNTRY)).flatMap(({ 0: found, 1: digits = '', index }) =>
    isNip(digits) ? [{ kind: 'NIP' as const, start: index, end: index + found.length }] : [],
  );
