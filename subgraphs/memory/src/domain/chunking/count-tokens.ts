import { countTokens as countPiece } from 'gpt-tokenizer/encoding/o200k_base';

/**
 * Blanks, or up to 32 characters of a word: byte-pair merging takes quadratic time on a text without blanks (measured:
 * 20 000 emoji in one run take minutes), and words repeat.
 */
const PIECE = /\s{1,16}|\S{1,32}/gu;

/** Distinct pieces remembered: those of a large document, some 2 MB. */
const KEPT_PIECES = 20_000;

export type CountTokens = (text: string) => number;

const countWord = (word: string): number => Math.max(countPiece(word), countPiece(` ${word}`));
const countBlanks = (blanks: string): number => (blanks === ' ' ? 0 : countPiece(blanks));

/**
 * Counts tokens of the o200k_base encoding word by word, in linear time: 5 to 12 % more than the whole text's own count
 * (measured on Markdown and TypeScript), so that it is safe as a limit; counts of two texts add up where they meet between words, and blanks
 * at either end add nothing but their own.
 */
export function createTokenCounter(): CountTokens {
  const known = new Map<string, number>();
  const count = (piece: string): number => {
    const found = known.get(piece);
    if (found !== undefined) return found;
    if (known.size >= KEPT_PIECES) known.clear();
    const counted = piece.trim() === '' ? countBlanks(piece) : countWord(piece);
    known.set(piece, counted);
    return counted;
  };
  return (text) => {
    let sum = 0;
    for (const [piece] of text.matchAll(PIECE)) sum += count(piece);
    return sum;
  };
}
