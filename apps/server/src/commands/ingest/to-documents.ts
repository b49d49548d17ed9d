import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IngestDocumentInput } from '@rae/sdk';
import type { FoundFile } from './find-files.ts';
import { type DocumentText, readDocument } from './read-document.ts';
import { splitParts } from './split-parts.ts';

/** A document to be sent, and what the server will say its content's hash is. */
export interface DocumentToSend {
  readonly input: IngestDocumentInput & { readonly uri: string };
  readonly contentHash: string;
}

/** The name of a part across versions: the first part has the file's own, so that a file that grows keeps it. */
export const partUri = (path: string, part: number): string =>
  part === 1 ? pathToFileURL(path).href : `${pathToFileURL(path).href}#part=${part}`;

function toDocument(path: string, mimeType: DocumentText['mimeType'], content: string, part: number, parts: number) {
  const file = basename(path);
  const name = basename(path, extname(path));
  const title = (parts === 1 ? name : `${name} (part ${part} of ${parts})`).slice(0, 512).toWellFormed();
  const metadata = parts === 1 ? { file } : { file, part, parts };
  const contentHash = createHash('sha256').update(content).digest('hex');
  return { contentHash, input: { title, uri: partUri(path, part), mimeType, content, metadata } };
}

/**
 * Reads a file and makes the documents of it: one, or one for each part of a large file.
 *
 * @throws UnreadableFile saying why in words
 */
export async function toDocuments(file: FoundFile): Promise<DocumentToSend[]> {
  const text = await readDocument(file);
  const parts = splitParts(text);
  return parts.map((content, at) => toDocument(file.path, text.mimeType, content, at + 1, parts.length));
}
