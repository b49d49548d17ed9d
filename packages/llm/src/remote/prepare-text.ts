/** Stands for a blank text, which providers refuse ("cannot be an empty string") or answer with zeros. */
const BLANK = '.';

const encoder = new TextEncoder();

/** Cuts a text to `maxBytes` of UTF-8, between characters. */
function cut(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read);
}

/**
 * A text as a provider takes it: never blank, well-formed (an unpaired surrogate is no valid JSON to some), not too
 * long.
 */
export const prepareText = (text: string, maxBytes: number): string =>
  cut(text.trim() === '' ? BLANK : text.toWellFormed(), maxBytes);

/** Whether the text may have more than `tokens` tokens: byte-level tokenizers make at most one of a byte. */
export const mayExceed = (text: string, tokens: number): boolean => encoder.encode(text).length > tokens;
