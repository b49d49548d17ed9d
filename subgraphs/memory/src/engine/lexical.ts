import { ANALYSERS, type Analyser, analyserOf, gramTerms, stopWordsOf, wordTerm } from './analyser.ts';
import type { PostingBlock } from './postings.ts';
import type { ProjectIndex } from './project-index.ts';
import { foldedWords } from './words.ts';

/** BM25's saturation and length normalisation: of the values tried the best on chat turns, and as good as any on abstracts. */
export const K1 = 0.9;
export const B = 0.4;
/**
 * Weight that a word's character grams have together, beside the word's own 1: on Polish questions .5, .75, 1 and 1.5 give nDCG@10 .992,
 * .995, .996 and .996, in other words R@10 .410, .420, .417 and .407.
 */
const GRAM_SHARE = 0.75;
/** Of a longer question the first so many words count, and of their terms those of the highest weight. */
const MAX_WORDS = 512;
const MAX_TERMS = 512;

/** A term of a question that the index holds. */
export interface QueryTerm {
  readonly id: number;
  readonly analyser: Analyser;
  /** Times in the question × share of its word. */
  readonly share: number;
  /** N and n of its idf. */
  readonly rows: number;
  readonly holding: number;
  /** share × idf × (k1 + 1): what BM25 gives for a frequency without bound. */
  readonly weight: number;
}

interface Wanted {
  readonly id: number;
  readonly analyser: Analyser;
  readonly gram: boolean;
  share: number;
  /** ACTIVE rows of other analysers that hold the same word. */
  elsewhere: number;
}

/**
 * The terms of a question, as every analyser makes them, so that a row is found whatever language it was taken for. Stop
 * words are those of the question's own language.
 *
 * idf = ln(1 + (N − n + .5) / (n + .5)) over ACTIVE rows alone, so that archived and erased rows change no score: N = all
 * of them, n = those that hold the word under any analyser. For character grams N and n are of the gram's analyser.
 */
export function queryTerms(index: ProjectIndex, text: string, language: string): QueryTerm[] {
  const stopWords = stopWordsOf(analyserOf(language));
  const wanted = new Map<number, Wanted>();
  const words = foldedWords(text).filter((word) => !stopWords.has(word));
  for (const word of words.slice(0, MAX_WORDS)) wantWord(index, wanted, word);
  const terms: QueryTerm[] = [];
  for (const want of wanted.values()) terms.push(queryTerm(index, want));
  return terms.length <= MAX_TERMS
    ? terms
    : terms.sort((a, b) => b.weight - a.weight || a.id - b.id).slice(0, MAX_TERMS);
}

function wantWord(index: ProjectIndex, wanted: Map<number, Wanted>, word: string): void {
  const { terms } = index;
  const held = ANALYSERS.filter((analyser) => (index.totals[analyser]?.held ?? 0) > 0);
  const ids = held.map((analyser) => terms.ids.get(wordTerm(word, analyser)));
  const total = ids.reduce((sum, id) => sum + (terms.active[id] ?? 0), 0);
  for (const [i, analyser] of held.entries()) {
    const id = ids[i] ?? -1;
    if (id >= 0) want(wanted, id, analyser, false, 1, total - (terms.active[id] ?? 0));
    const grams = gramTerms(word, analyser);
    for (const gram of grams) {
      const gramId = terms.ids.get(gram);
      if (gramId >= 0) want(wanted, gramId, analyser, true, GRAM_SHARE / grams.length, 0);
    }
  }
}

function want(
  wanted: Map<number, Wanted>,
  id: number,
  analyser: Analyser,
  gram: boolean,
  share: number,
  elsewhere: number,
): void {
  const known = wanted.get(id);
  if (!known) wanted.set(id, { id, analyser, gram, share, elsewhere });
  else {
    known.share += share;
    known.elsewhere = Math.max(known.elsewhere, elsewhere);
  }
}

function queryTerm(index: ProjectIndex, { id, analyser, gram, share, elsewhere }: Wanted): QueryTerm {
  const rows = gram ? (index.totals[analyser]?.rows ?? 0) : index.activeRows;
  const holding = (index.terms.active[id] ?? 0) + elsewhere;
  return { id, analyser, share, rows, holding, weight: bm25Weight(share, rows, holding) };
}

/** What BM25 gives for a term of a frequency without bound. */
export const bm25Weight = (share: number, rows: number, holding: number): number =>
  share * inverseFrequency(rows, holding) * (K1 + 1);

/** idf of a term that `holding` of `rows` rows hold; never below 0. */
export function inverseFrequency(rows: number, holding: number): number {
  return Math.log(1 + (Math.max(0, rows - holding) + 0.5) / (holding + 0.5));
}

/** k1 × (1 − b + b × length ÷ average), as `base + perWord × length`. */
export interface LengthNorm {
  readonly base: number;
  readonly perWord: number;
}

/** The length normalisation of an analyser: against the average length of its ACTIVE rows. */
export function lengthNorm(index: ProjectIndex, analyser: Analyser): LengthNorm {
  const totals = index.totals[analyser];
  const average = totals && totals.words > 0 ? totals.words / totals.rows : 1;
  return { base: K1 * (1 - B), perWord: (K1 * B) / average };
}

/** Adds the BM25 of every row that holds one of the terms, erased rows included: masks leave those out. */
export function accumulate(index: ProjectIndex, terms: readonly QueryTerm[], into: Float32Array): void {
  for (const term of terms) {
    const norm = lengthNorm(index, term.analyser);
    accumulateBlock(index.postings.block, term, norm, index.columns.length, into);
    for (const overlay of index.postings.overlays) {
      const list = overlay.lists.get(term.id);
      if (list) accumulateList(list.slots, list.frequencies, term.weight, norm, index.columns.length, into);
    }
  }
}

function accumulateBlock(
  block: PostingBlock,
  term: QueryTerm,
  norm: LengthNorm,
  lengths: Uint16Array,
  scores: Float32Array,
): void {
  const { slots, frequencies } = block;
  const { weight } = term;
  const { base, perWord } = norm;
  const end = block.end[term.id] ?? 0;
  for (let i = block.start[term.id] ?? 0; i < end; i++) {
    const slot = slots[i] ?? 0;
    const frequency = frequencies[i] ?? 0;
    scores[slot] = (scores[slot] ?? 0) + (weight * frequency) / (frequency + base + perWord * (lengths[slot] ?? 0));
  }
}

function accumulateList(
  slots: readonly number[],
  frequencies: readonly number[],
  weight: number,
  norm: LengthNorm,
  lengths: Uint16Array,
  scores: Float32Array,
): void {
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i] ?? 0;
    const frequency = frequencies[i] ?? 0;
    const part = (weight * frequency) / (frequency + norm.base + norm.perWord * (lengths[slot] ?? 0));
    scores[slot] = (scores[slot] ?? 0) + part;
  }
}
