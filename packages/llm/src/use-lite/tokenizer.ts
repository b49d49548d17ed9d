import type { Piece } from './weights.ts';

/** Cuts a text into the ids of its pieces, at most `limit` of them; an empty text has none. */
export type Tokenizer = (text: string, limit: number) => number[];

interface Branch {
  readonly next: Map<string, Branch>;
  /** The piece that ends here; null where none does. */
  piece: { readonly id: number; readonly score: number } | null;
}

const SPACE = '▁';
const UNKNOWN = 0;

/** Ids below are of control symbols, which no text may spell. */
const FIRST_PIECE = 6;

function buildTree(pieces: readonly Piece[]): Branch {
  const root: Branch = { next: new Map(), piece: null };
  for (const [id, [text, score]] of pieces.entries()) {
    if (id < FIRST_PIECE) continue;
    let branch = root;
    for (const symbol of text) {
      const next = branch.next.get(symbol) ?? { next: new Map(), piece: null };
      branch.next.set(symbol, next);
      branch = next;
    }
    branch.piece = { id, score: score ?? 0 };
  }
  return root;
}

const symbolsOf = (text: string) => {
  const normalized = text.normalize('NFKC');
  return normalized === '' ? [] : [...(SPACE + normalized).replaceAll(' ', SPACE)];
};

/**
 * For every position the best way to reach it: its score, the last piece, where that began, and how many ids there are
 * so far.
 */
function createLattice(size: number) {
  return {
    score: new Float64Array(size),
    id: new Int32Array(size),
    start: Int32Array.from({ length: size }, (_, position) => position - 1),
    count: new Int32Array(size),
  };
}

type Lattice = ReturnType<typeof createLattice>;

/** Unknown pieces side by side are one id. */
function countIds({ id, start, count }: Lattice, position: number): number {
  const before = start[position] ?? 0;
  const merged = before > 0 && id[position] === UNKNOWN && id[before] === UNKNOWN;
  return (count[before] ?? 0) + (merged ? 0 : 1);
}

function reach(lattice: Lattice, start: number, end: number, id: number, score: number): void {
  const total = score + (lattice.score[start] ?? 0);
  const best = lattice.score[end] ?? 0;
  if (best !== 0 && total < best) return;
  lattice.score[end] = total;
  lattice.id[end] = id;
  lattice.start[end] = start;
}

function extend(lattice: Lattice, root: Branch, symbols: readonly string[], start: number): void {
  let branch = root.next.get(symbols[start] ?? '');
  let found = false;
  for (let end = start + 1; branch; end++) {
    if (branch.piece) {
      found = true;
      reach(lattice, start, end, branch.piece.id, branch.piece.score);
    }
    branch = branch.next.get(symbols[end] ?? '');
  }
  if (!found) reach(lattice, start, start + 1, UNKNOWN, 0);
}

function walkBack({ id, start }: Lattice, end: number): number[] {
  const ids: number[] = [];
  for (let position = end; position > 0; position = start[position] ?? 0) {
    const piece = id[position] ?? UNKNOWN;
    if (piece !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(piece);
  }
  return ids.reverse();
}

/**
 * A unigram tokenizer: the likeliest way to cut a text into pieces (Kudo 2018, arXiv 1804.10959; Viterbi). Its ids are
 * those of npm `@energetic-ai/embeddings` 0.2.0, which the weights were published with, oddities included: a position
 * that no piece reaches counts as reached by an unknown one with a score of 0, and a score of 0 gives way to any other.
 */
export function createTokenizer(pieces: readonly Piece[]): Tokenizer {
  const root = buildTree(pieces);
  return (text, limit) => {
    const symbols = symbolsOf(text);
    const lattice = createLattice(symbols.length + 1);
    let end = symbols.length;
    for (let position = 0; position < symbols.length; position++) {
      if (position > 0) lattice.count[position] = countIds(lattice, position);
      // No piece goes on over a space: what stands before it is settled, and beyond the limit nothing counts.
      if (symbols[position] === SPACE && (lattice.count[position] ?? 0) >= limit) {
        end = position;
        break;
      }
      extend(lattice, root, symbols, position);
    }
    return walkBack(lattice, end).slice(0, limit);
  };
}
