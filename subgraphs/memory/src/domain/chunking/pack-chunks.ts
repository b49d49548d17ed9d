import { type Block, PATH_SEPARATOR, type ReadDocument } from './block.ts';
import type { CountTokens } from './count-tokens.ts';
import { type Span, splitSpan } from './split-span.ts';

export const CHUNK_STRATEGIES = ['FIXED', 'PARAGRAPH', 'STRUCTURE'] as const;
export type ChunkStrategy = (typeof CHUNK_STRATEGIES)[number];

/** How a document is cut; sizes in tokens of o200k_base. */
export interface Chunking {
  readonly strategy: ChunkStrategy;
  /** Most tokens of a chunk, the overlap included and the context line not. */
  readonly maxTokens: number;
  /** Repeated from the end of the chunk before, at most; 0 = none. */
  readonly overlapTokens: number;
  /** Whether title and headings count as part of each chunk when it is searched for. */
  readonly contextualize: boolean;
}

/** A part of a document, before it is a memory. */
export interface Chunk {
  readonly content: string;
  /** Headings above it, or the path in a JSON document; null: none. */
  readonly section: string | null;
  /** From 1, where it begins; null: the format has no pages. */
  readonly page: number | null;
}

interface Piece extends Span {
  readonly block: Block;
}

/** A chunk in the making. */
interface Draft {
  /** What names its section and page. */
  block: Block;
  readonly start: number;
  end: number;
  tokens: number;
  /** So far it holds headings and nothing else. */
  onlyHeadings: boolean;
}

const MAX_SECTION = 1_024;
/** Of the places that `splitSpan` cuts at, words. */
const AT_WORDS = 3;

const samePlace = (a: Block, b: Block): boolean =>
  a.page === b.page && a.path.length === b.path.length && a.path.every((name, at) => name === b.path[at]);

/** A heading takes what stands under it, the next heading down included. */
const belongsUnder = (inner: Block, heading: Block): boolean =>
  inner.page === heading.page && heading.path.every((name, at) => name === inner.path[at]);

/** What chunks are put together from: whole blocks as far as they fit. FIXED knows no blocks, and cuts the text at words. */
function cutPieces({ text, blocks }: ReadDocument, chunking: Chunking, count: CountTokens): Piece[] {
  const { strategy, maxTokens, overlapTokens } = chunking;
  const room = maxTokens - overlapTokens;
  if (strategy !== 'FIXED')
    return blocks.flatMap((block) => {
      if (count(text.slice(block.start, block.end)) <= maxTokens) return [{ ...block, block }];
      return splitSpan(text, block, room, count).map((span) => ({ ...span, block }));
    });
  const pieces: Piece[] = [];
  let at = 0;
  for (const span of splitSpan(text, { start: 0, end: text.length }, room, count, AT_WORDS)) {
    while ((blocks[at]?.end ?? text.length) <= span.start) at++;
    const block = blocks[at] ?? blocks.at(-1);
    if (block) pieces.push({ ...span, block });
  }
  return pieces;
}

function mayJoin(draft: Draft, { block }: Piece, strategy: ChunkStrategy): boolean {
  if (strategy === 'FIXED') return false;
  if (strategy === 'PARAGRAPH') return true;
  if (draft.onlyHeadings) return belongsUnder(block, draft.block);
  return !block.isHeading && samePlace(draft.block, block);
}

const mayOverlap = (before: Draft, { block }: Piece, strategy: ChunkStrategy): boolean =>
  strategy !== 'STRUCTURE' || (!block.isHeading && samePlace(before.block, block));

/** Where the last words of a span begin that are at most `most` tokens; its end where the last word alone is too long. */
function tailStart(text: string, { start, end }: Span, most: number, count: CountTokens): number {
  let from = end;
  let tokens = 0;
  const words = [...text.slice(start, end).matchAll(/\S+/g)];
  for (const { index } of words.reverse()) {
    tokens += count(text.slice(start + index, from));
    if (tokens > most || index === 0) break;
    from = start + index;
  }
  return from;
}

function packPieces(text: string, pieces: readonly Piece[], chunking: Chunking, count: CountTokens): Draft[] {
  const { strategy, maxTokens, overlapTokens } = chunking;
  const drafts: Draft[] = [];
  let from = 0;
  for (const piece of pieces) {
    const draft = drafts.at(-1);
    const more = count(text.slice(Math.min(from, piece.start), piece.end));
    if (draft && draft.tokens + more <= maxTokens && mayJoin(draft, piece, strategy)) {
      draft.end = piece.end;
      draft.tokens += more;
      if (draft.onlyHeadings) draft.block = piece.block;
      draft.onlyHeadings &&= piece.block.isHeading;
    } else {
      const room = draft && mayOverlap(draft, piece, strategy) ? Math.min(overlapTokens, maxTokens - more) : 0;
      const start = draft && room > 0 ? Math.min(tailStart(text, draft, room, count), piece.start) : piece.start;
      const tokens = count(text.slice(start, piece.end));
      drafts.push({ block: piece.block, start, end: piece.end, tokens, onlyHeadings: piece.block.isHeading });
    }
    from = piece.end;
  }
  return drafts;
}

/**
 * Cuts a document into chunks, in order. STRUCTURE keeps lists, tables, code and paragraphs whole where they fit and begins a
 * chunk at each heading and page; PARAGRAPH fills chunks with whole paragraphs, across headings; FIXED fills them with words.
 * No word is lost. A chunk repeats the end of the one before as far as both are in one section and there is room.
 */
export function packChunks(document: ReadDocument, chunking: Chunking, count: CountTokens): Chunk[] {
  const { text } = document;
  return packPieces(text, cutPieces(document, chunking, count), chunking, count).flatMap(({ block, start, end }) => {
    const content = text.slice(start, end).trim();
    if (content === '') return [];
    const section = block.path.join(PATH_SEPARATOR).slice(0, MAX_SECTION).toWellFormed();
    return [{ content, section: section === '' ? null : section, page: block.page }];
  });
}
