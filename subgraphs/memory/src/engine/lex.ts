import { analyserOf, analyseText } from './analyser.ts';
import { detectLanguage, LANGUAGES } from './language.ts';

/*
 * A lex record, the column `lex` of memory.memory, little-endian:
 *   u8 format (1), u8 language (place in LANGUAGES), u8 flags, u8 0, u16 length in words, u16 0, u32 n, then n times
 *   u32 low half and u24 high part of a term's hash, u8 frequency.
 */
const FORMAT = 1;
const HEADER_BYTES = 12;
const TERM_BYTES = 8;
const HIGH = 0x100000000;

/** Flag of a lex record: the text ends in a question mark, a closing quote or a trailing [note] aside. */
export const ENDS_IN_QUESTION = 1;
/** Flag of a lex record: there is a question mark in the text. */
export const HOLDS_QUESTION = 2;

const QUESTION_MARKS = '?？؟';
const ANY_QUESTION = /[?？؟]/;
const CLOSERS = '"\'”’») \t\r\n';

/**
 * The text that the index sees: `content` with its speaker in front. A content that already begins with the speaker, or
 * has none, stays as it is.
 */
export function indexedText(content: string, speaker: string | null): string {
  return speaker === null || content.startsWith(`${speaker}: `) ? content : `${speaker}: ${content}`;
}

/**
 * What the index keeps of a text, made once when the memory is written: language, length, question flags and terms.
 * Lengths and frequencies stop at 65 535 and 255. The same text always gives the same bytes.
 */
export function packLex(content: string, speaker: string | null = null): Buffer {
  const spoken = speaker !== null && content.startsWith(`${speaker}: `) ? content.slice(speaker.length + 2) : content;
  const language = detectLanguage(spoken);
  const { length, frequencies } = analyseText(indexedText(content, speaker), analyserOf(language));
  const bytes = Buffer.alloc(HEADER_BYTES + TERM_BYTES * frequencies.size);
  bytes[0] = FORMAT;
  bytes[1] = LANGUAGES.indexOf(language);
  bytes[2] = questionFlags(spoken);
  bytes.writeUInt16LE(Math.min(length, 0xffff), 4);
  bytes.writeUInt32LE(frequencies.size, 8);
  let at = HEADER_BYTES;
  for (const [term, frequency] of frequencies) {
    bytes.writeUInt32LE(term % HIGH, at);
    bytes.writeUIntLE(Math.floor(term / HIGH), at + 4, 3);
    bytes[at + 7] = Math.min(frequency, 255);
    at += TERM_BYTES;
  }
  return bytes;
}

function questionFlags(text: string): number {
  if (!ANY_QUESTION.test(text)) return 0;
  return HOLDS_QUESTION | (endsInQuestion(withoutTrailingNote(text)) ? ENDS_IN_QUESTION : 0);
}

// Plain scans: a pattern with `$` would take quadratic time on 65 536 brackets or blanks.
function withoutTrailingNote(text: string): string {
  const trimmed = text.trimEnd();
  if (!trimmed.endsWith(']')) return trimmed;
  const open = trimmed.indexOf('[', trimmed.lastIndexOf(']', trimmed.length - 2) + 1);
  return open < 0 ? trimmed : trimmed.slice(0, open).trimEnd();
}

function endsInQuestion(text: string): boolean {
  let end = text.length - 1;
  while (end >= 0 && CLOSERS.includes(text.charAt(end))) end--;
  return end >= 0 && QUESTION_MARKS.includes(text.charAt(end));
}

/** The head of a lex record. */
export interface LexHead {
  readonly language: number;
  readonly flags: number;
  readonly length: number;
  readonly terms: number;
}

/** Reads the head of the lex record that begins at `start`. */
export function readLexHead(bytes: Buffer, start: number): LexHead {
  return {
    language: bytes[start + 1] ?? 0,
    flags: bytes[start + 2] ?? 0,
    length: bytes.readUInt16LE(start + 4),
    terms: bytes.readUInt32LE(start + 8),
  };
}

/** Hash of the i-th term of the lex record that begins at `start`. */
export function lexTerm(bytes: Buffer, start: number, i: number): number {
  const at = start + HEADER_BYTES + TERM_BYTES * i;
  return bytes.readUIntLE(at + 4, 3) * HIGH + bytes.readUInt32LE(at);
}

/** Frequency of the i-th term, 1..255. */
export function lexFrequency(bytes: Buffer, start: number, i: number): number {
  return bytes[start + HEADER_BYTES + TERM_BYTES * i + 7] ?? 0;
}
