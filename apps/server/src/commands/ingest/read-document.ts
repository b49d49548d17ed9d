import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { explainSystem, type FoundFile } from './find-files.ts';
import { readPdf, UnreadableFile } from './read-pdf.ts';

export type DocumentType = 'text/plain' | 'text/markdown' | 'text/html' | 'application/json';

/** A file as text, ready to be sent. */
export interface DocumentText {
  readonly mimeType: DocumentType;
  /** Pages of a PDF end in form feeds. */
  readonly content: string;
}

const MEBIBYTE = 1_048_576;
export const MAX_FILE_BYTES = 50 * MEBIBYTE;

const TYPES: Readonly<Record<string, DocumentType>> = {
  '.txt': 'text/plain',
  '.text': 'text/plain',
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.json': 'application/json',
};
const PDF = '.pdf';

const KNOWN = [...Object.keys(TYPES), PDF].join(' ');

/** UTF-8, or UTF-16 where a byte order mark says so. */
function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (cause) {
    throw new UnreadableFile('is no text in UTF-8', { cause });
  }
  throw new UnreadableFile('is binary, whatever its name says');
}

async function readBytes({ path, bytes }: FoundFile): Promise<Uint8Array> {
  if (bytes > MAX_FILE_BYTES)
    throw new UnreadableFile(
      `is ${Math.ceil(bytes / MEBIBYTE)} MiB; at most ${MAX_FILE_BYTES / MEBIBYTE} are read, so cut it first`,
    );
  return readFile(path).catch((cause: unknown) => {
    throw new UnreadableFile(explainSystem(cause), { cause });
  });
}

/**
 * Reads a file as text, by the end of its name.
 *
 * @throws UnreadableFile saying why in words
 */
export async function readDocument(file: FoundFile): Promise<DocumentText> {
  const end = extname(file.path).toLowerCase();
  const mimeType = TYPES[end];
  if (end !== PDF && !mimeType) throw new UnreadableFile(`is of no type that is read: ${KNOWN}`);
  const bytes = await readBytes(file);
  if (!mimeType) return { mimeType: 'text/plain', content: (await readPdf(new Uint8Array(bytes))).join('\f') };
  const content = decode(bytes);
  if (content.trim() === '') throw new UnreadableFile('is empty');
  return { mimeType, content };
}
