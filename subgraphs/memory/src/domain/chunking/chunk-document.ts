import { badInput, PlatformError } from '@rae/kernel';
import { PATH_SEPARATOR, type ReadDocument } from './block.ts';
import { type CountTokens, createTokenCounter } from './count-tokens.ts';
import { type Chunk, type Chunking, packChunks } from './pack-chunks.ts';
import { readHtml } from './read-html.ts';
import { readJson } from './read-json.ts';
import { readMarkdown } from './read-markdown.ts';
import { readPlainText } from './read-plain-text.ts';

export const MIME_TYPES = ['text/plain', 'text/markdown', 'text/html', 'application/json'] as const;
export type MimeType = (typeof MIME_TYPES)[number];

/** As many as one transaction writes in a second or few. */
export const MAX_CHUNKS = 5_000;

/** `text/html; charset=utf-8` is text/html. @throws UNSUPPORTED_MEDIA_TYPE naming those that are taken */
export function checkMimeType(given: string): MimeType {
  const name = given.split(';')[0]?.trim().toLowerCase();
  const known = MIME_TYPES.find((type) => type === name);
  if (known) return known;
  throw new PlatformError(
    'UNSUPPORTED_MEDIA_TYPE',
    `input.mimeType: must be one of ${MIME_TYPES.join(', ')}; turn anything else into text first.`,
    { field: 'input.mimeType', given: given.slice(0, 100), allowed: MIME_TYPES },
  );
}

function read(content: string, mimeType: MimeType, { maxTokens }: Chunking, count: CountTokens): ReadDocument {
  if (mimeType === 'text/markdown') return readMarkdown(content);
  if (mimeType === 'text/html') return readHtml(content);
  if (mimeType === 'application/json') return readJson(content, maxTokens, count);
  return readPlainText(content);
}

/**
 * Reads a document and cuts it into chunks, in order.
 *
 * @throws BAD_USER_INPUT when it is not what its type says, has no words, is nested too deep, or gives over 5 000 chunks
 */
export function chunkDocument(content: string, mimeType: MimeType, chunking: Chunking): Chunk[] {
  const count = createTokenCounter();
  const chunks = packChunks(read(content.replaceAll('\r\n', '\n'), mimeType, chunking, count), chunking, count);
  if (chunks.length === 0) throw badInput('input.content', 'holds no text');
  if (chunks.length > MAX_CHUNKS)
    throw badInput(
      'input.chunking',
      `cuts this document into ${chunks.length} chunks; at most ${MAX_CHUNKS} are allowed: raise maxTokens, take PARAGRAPH or FIXED, or send it in parts`,
      { limit: MAX_CHUNKS, given: chunks.length },
    );
  return chunks;
}

/** What is put before a chunk when it is embedded and searched for, but not stored in its content; null: nothing. */
export function contextLine(title: string, section: string | null): string {
  return section === null || section === title
    ? title
    : section.startsWith(`${title}${PATH_SEPARATOR}`)
      ? section
      : `${title}${PATH_SEPARATOR}${section}`;
}

/** The text that search and embeddings see of a chunk: its context line above it. */
export const contextualText = (content: string, context: string | null): string =>
  context === null ? content : `${context}\n\n${content}`;
