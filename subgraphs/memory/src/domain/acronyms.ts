/** A short form and what it stands for. */
export interface Acronym {
  readonly short: string;
  readonly long: string;
}

const SHORT = String.raw`\p{Lu}[\p{Lu}\p{N}]{1,7}`;
const LONG_THEN_SHORT = new RegExp(String.raw`((?:[\p{L}\p{N}'’-]{1,40} ){1,8})\((${SHORT})\)`, 'gu');
const SHORT_THEN_LONG = new RegExp(String.raw`(?<![\p{L}\p{N}])(${SHORT}) \(([^()\n]{4,120})\)`, 'gu');
/** Words that acronyms mostly leave out. */
const SMALL_WORDS = new Set('a an and at by for from i in na of on or o the to w with z ze i oraz do dla'.split(' '));
const EXAMINED_CHARACTERS = 4_096;

/** The acronyms that a text explains: “key performance indicator (KPI)” and “KPI (key performance indicator)”. */
export function explainedAcronyms(text: string): Acronym[] {
  const sample = text.slice(0, EXAMINED_CHARACTERS);
  const found: Acronym[] = [];
  for (const [, words = '', short = ''] of sample.matchAll(LONG_THEN_SHORT)) {
    const long = endingWith(words.trim().split(' '), short);
    if (long) found.push({ short, long });
  }
  for (const [, short = '', words = ''] of sample.matchAll(SHORT_THEN_LONG))
    if (spells(words.trim().split(/\s+/), short)) found.push({ short, long: words.trim() });
  return found;
}

// The shortest run of words at the end that spells the acronym.
function endingWith(words: readonly string[], short: string): string | null {
  for (let count = 2; count <= words.length; count++) {
    const run = words.slice(-count);
    if (spells(run, short)) return run.join(' ');
  }
  return null;
}

function spells(words: readonly string[], short: string): boolean {
  const letters = [...short.toLowerCase()];
  const initials = (some: readonly string[]) => some.map((word) => [...word.toLowerCase()][0] ?? '').join('');
  const large = words.filter((word) => !SMALL_WORDS.has(word.toLowerCase()));
  return words.length > 1 && (initials(words) === letters.join('') || initials(large) === letters.join(''));
}

/**
 * The question with a known acronym written out, or with what it stands for written short; one for each acronym that it holds,
 * at most `most`.
 */
export function expandAcronyms(question: string, acronyms: readonly Acronym[], most: number): string[] {
  const expanded = new Set<string>();
  for (const { short, long } of acronyms) {
    const other = replaceWhole(question, short, long) ?? replaceWhole(question, long, short);
    if (other !== null && expanded.size < most) expanded.add(other);
  }
  return [...expanded];
}

// Null where the words do not stand in the question.
function replaceWhole(question: string, words: string, by: string): string | null {
  const at = question.toLowerCase().indexOf(words.toLowerCase());
  const end = at + words.length;
  if (at < 0 || isLetter(question[at - 1]) || isLetter(question[end])) return null;
  return question.slice(0, at) + by + question.slice(end);
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
