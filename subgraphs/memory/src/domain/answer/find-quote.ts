import type { Span } from './sentences.ts';

const ALIKE: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '‘': "'",
  '’': "'",
  '–': '-',
  '—': '-',
};

/** A text as quotes of it are compared, and where each of its characters stood. */
function fold(text: string): { folded: string; places: number[] } {
  let folded = '';
  const places: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const blank = /\s/.test(character);
    if (blank && (folded === '' || folded.endsWith(' '))) continue;
    folded += blank ? ' ' : (ALIKE[character] ?? character);
    places.push(at);
  }
  return { folded, places };
}

/**
 * Where a quote stands in a text, in UTF-16 units: word for word, but for blanks and the form of quotation marks and dashes.
 * Null: it is not there.
 */
export function findQuote(text: string, quote: string): Span | null {
  const exact = text.indexOf(quote);
  if (exact >= 0) return { start: exact, end: exact + quote.length };
  const { folded, places } = fold(text);
  const wanted = fold(quote.trim()).folded.trim();
  const at = wanted === '' ? -1 : folded.indexOf(wanted);
  const [start, last] = [places[at], places[at + wanted.length - 1]];
  return at < 0 || start === undefined || last === undefined ? null : { start, end: last + 1 };
}
