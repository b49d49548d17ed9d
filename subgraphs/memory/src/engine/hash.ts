/**
 * Hash of one term, a whole number in 1..2^53 - 1: 52 mixed bits above one bit that tells a character gram (1) from a
 * word (0). `space` keeps the terms of one analyser apart from those of another.
 *
 * Two 32-bit lanes over UTF-16 units, each finished with the mixer of MurmurHash3 (A. Appleby, public domain). Among a
 * million terms of one index the chance that any two collide is about 1 in 9 000; a collision merges two terms and does
 * nothing worse.
 */
export function hashTerm(term: string, space: number, gram: boolean): number {
  let a = 0x9e3779b9 ^ Math.imul(space + 1, 0x85ebca6b);
  let b = 0x41c6ce57 ^ Math.imul(space + 1, 0xc2b2ae35);
  for (let i = 0; i < term.length; i++) {
    const unit = term.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5f356495);
    b = (b << 13) | (b >>> 19);
  }
  a = mix(a ^ (b >>> 7));
  b = mix(b ^ a);
  const high = (a & 0x1fffff) * 0x100000000;
  const low = ((b & ~1) | (gram ? 1 : 0)) >>> 0;
  return high + low || 2;
}

/** True for the hash of a character gram, false for that of a word. */
export const isGramHash = (hash: number): boolean => (hash & 1) === 1;

function mix(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
