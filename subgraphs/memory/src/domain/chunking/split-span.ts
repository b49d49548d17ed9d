import type { CountTokens } from './count-tokens.ts';

/** UTF-16 offsets, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a text is cut when it does not fit, the best places first: paragraphs, lines, sentences, words. */
const CUTS = [/\n\s*\n/g, /\n/g, /(?<=[.!?…。！？]["'”’»)\]]?)\s+/g, /\s+/g] as const;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The parts between the matches; a separator belongs to the part after it, so that nothing is lost. */
function cutAt(text: string, { start, end }: Span, separator: RegExp): Span[] {
  const spans: Span[] = [];
  let from = start;
  for (const { index } of text.slice(start, end).matchAll(separator)) {
    const at = start + index;
    if (at > from) spans.push({ start: from, end: at });
    from = Math.max(from, at);
  }
  if (from < end) spans.push({ start: from, end });
  return spans;
}

/** One user-perceived character at a time; one that is itself too long, such as a letter under 1 000 accents, by code points. */
function* characters(run: string, most: number, count: CountTokens): Generator<string> {
  for (const { segment } of graphemes.segment(run)) {
    if (segment.length <= 2 || count(segment) <= most) yield segment;
    else yield* segment;
  }
}

/** A run without blanks, cut between characters. */
function cutRun(text: string, { start, end }: Span, most: number, count: CountTokens): Span[] {
  const spans: Span[] = [];
  let from = start;
  let at = start;
  let tokens = 0;
  for (const character of characters(text.slice(start, end), most, count)) {
    const more = count(character);
    if (tokens + more > most && at > from) {
      spans.push({ start: from, end: at });
      from = at;
      tokens = 0;
    }
    at += character.length;
    tokens += more;
  }
  return [...spans, { start: from, end }];
}

/**
 * Cuts a span into spans of at most `most` tokens that lie side by side: at paragraphs if that is enough, else at lines,
 * sentences, words, and characters at last, never inside a character that people see as one.
 */
export function splitSpan(text: string, span: Span, most: number, count: CountTokens, level = 0): Span[] {
  if (count(text.slice(span.start, span.end)) <= most) return [span];
  const cut = CUTS[level];
  if (!cut) return cutRun(text, span, most, count);
  const parts = cutAt(text, span, cut).flatMap((part) => splitSpan(text, part, most, count, level + 1));
  return joinSpans(text, parts, most, count);
}

/** Joins neighbours again as long as they fit. */
function joinSpans(text: string, parts: readonly Span[], most: number, count: CountTokens): Span[] {
  const joined: Span[] = [];
  let tokens = 0;
  for (const part of parts) {
    const more = count(text.slice(part.start, part.end));
    const last = joined.at(-1);
    if (last && tokens + more <= most) {
      joined[joined.length - 1] = { start: last.start, end: part.end };
      tokens += more;
    } else {
      joined.push(part);
      tokens = more;
    }
  }
  return joined;
}
