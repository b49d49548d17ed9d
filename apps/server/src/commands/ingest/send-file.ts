import {
  BadUserInputError,
  type Client,
  ConflictError,
  type Document,
  PayloadTooLargeError,
  paginate,
  UnsupportedMediaTypeError,
} from '@rae/sdk';
import type { FoundFile } from './find-files.ts';
import { UnreadableFile } from './read-pdf.ts';
import { type DocumentToSend, partUri, toDocuments } from './to-documents.ts';

/** Where documents go, and what is there of them already, by uri. */
export interface Target {
  readonly client: Client;
  readonly projectId: string;
  readonly collection: string;
  readonly known: ReadonlyMap<string, Pick<Document, 'id' | 'contentHash'>>;
}

/** What became of a file. */
export type Outcome =
  | { readonly kind: 'ingested'; readonly chunks: number }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly reason: string };

const PAGE = 200;

/** What a collection holds, by uri: a second run sends what is missing or changed, and nothing else. */
export async function findKnown(client: Client, projectId: string, collection: string): Promise<Target['known']> {
  const known = new Map<string, Pick<Document, 'id' | 'contentHash'>>();
  for await (const { uri, id, contentHash } of paginate(client.documents, { projectId, collection, first: PAGE }))
    if (uri != null) known.set(uri, { id, contentHash });
  return known;
}

/** What the server refuses for the document's own sake; anything else ends the command. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof UnreadableFile ||
  error instanceof BadUserInputError ||
  error instanceof PayloadTooLargeError ||
  error instanceof UnsupportedMediaTypeError ||
  error instanceof ConflictError;

async function sendAll(documents: readonly DocumentToSend[], target: Target): Promise<Outcome> {
  const { client, projectId, collection, known } = target;
  const wanted = documents.filter(({ input, contentHash }) => known.get(input.uri)?.contentHash !== contentHash);
  let chunks = 0;
  for (const { input } of wanted) {
    const { document } = await client.ingestDocument({ ...input, projectId, collection });
    chunks += document.chunkCount;
  }
  return wanted.length === 0 ? { kind: 'unchanged' } : { kind: 'ingested', chunks };
}

/** A file that has shrunk has fewer parts than before. */
async function dropOldParts(path: string, parts: number, { client, known }: Target): Promise<void> {
  for (let part = parts + 1; ; part++) {
    const old = known.get(partUri(path, part));
    if (!old) return;
    await client.deleteDocument({ id: old.id });
  }
}

/** Brings one file into the store. Its parts are written one by one: a run that breaks off goes on at the next. */
export async function sendFile(file: FoundFile, target: Target): Promise<Outcome> {
  try {
    const documents = await toDocuments(file);
    const outcome = await sendAll(documents, target);
    await dropOldParts(file.path, documents.length, target);
    return outcome;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { kind: 'refused', reason: error.message };
  }
}
