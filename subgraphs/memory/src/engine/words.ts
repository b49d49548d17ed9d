// Letters that NFKD leaves whole, as their nearest ASCII letters.
const WHOLE_LETTERS: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
};
const WHOLE_LETTER = /[łøđðþßæœı]/g;
// Diacritics of the alphabets that are read without them. The marks of Indic and other scripts are vowels: they stay.
const DIACRITICS = /[\u0300-\u036f]/g;
const NOT_ASCII = /[^\p{ASCII}]/u;
const ASCII_WORD = /[a-z0-9]+/g;
const UNSPACED = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}`;
const WORD = new RegExp(`[${UNSPACED}]+|[[\\p{L}\\p{M}\\p{N}]--[${UNSPACED}]]+`, 'gv');
const UNSPACED_START = new RegExp(`^[${UNSPACED}]`, 'v');

/** Lower case without diacritics: `Łódź` becomes `lodz`. Compatibility forms become plain ones (NFKC, UAX #15). */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (!NOT_ASCII.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .normalize('NFKC')
    .replace(WHOLE_LETTER, (letter) => WHOLE_LETTERS[letter] ?? letter);
}

/**
 * The words of a text, folded, in order: runs of letters, marks and digits; in ASCII text they are `[a-z0-9]+`. Scripts
 * that put no spaces between words, and Korean, give overlapping pairs of characters (as Lucene's CJKBigramFilter).
 */
export function foldedWords(text: string): string[] {
  const folded = foldText(text);
  if (!NOT_ASCII.test(folded)) return folded.match(ASCII_WORD) ?? [];
  return (folded.match(WORD) ?? []).flatMap((run) => (UNSPACED_START.test(run) ? pairsOf(run) : run));
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length < 3) return [run];
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}
