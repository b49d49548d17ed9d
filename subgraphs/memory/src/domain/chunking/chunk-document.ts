import { badInput } from '@rae/kernel';
import type { ReadDocument } from './block.ts';
import { type CountTokens, createTokenCounter } from './count-tokens.ts';
import type { MimeType } from './mime-type.ts';
import { type Chunk, type Chunking, packChunks } from './pack-chunks.ts';
import { readHtml } from './read-html.ts';
import { readJson } from './read-json.ts';
import { readMarkdown } from './read-markdown.ts';
import { readPlainText } from './read-plain-text.ts';

/** As many as one transaction writes in a second or few. */
export const MAX_CHUNKS = 5_000;

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
