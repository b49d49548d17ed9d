import { createHash } from 'node:crypto';
import { badInput, checkJson, checkText, type JsonValue, PlatformError } from '@rae/kernel';
import { checkMimeType, type MimeType } from './chunking/mime-type.ts';
import type { Chunking, ChunkStrategy } from './chunking/pack-chunks.ts';

/** One version of a document, as services and resolvers know it. */
export interface Document {
  readonly id: string;
  readonly projectId: string;
  readonly collection: string;
  readonly title: string;
  /** Its name across versions; null: it has one version. */
  readonly uri: string | null;
  readonly mimeType: string;
  /** SHA-256 of its content as it was sent, in hexadecimal. */
  readonly contentHash: string;
  readonly chunkCount: number;
  /** From 1. */
  readonly version: number;
  readonly metadata: JsonValue;
  readonly contextualize: boolean;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly createdAt: Date;
  /** False: a newer version replaced it, and its chunks are archived. */
  readonly isNewest: boolean;
}

/** `input ChunkingInput`. */
export interface ChunkingInput {
  strategy: ChunkStrategy;
  maxTokens: number;
  overlapTokens: number;
  contextualize: boolean;
}

/** `input IngestDocumentInput`; scalars are parsed, values are not checked yet. */
export interface IngestDocumentInput {
  projectId?: string | null;
  collection: string;
  title: string;
  uri?: string | null;
  mimeType: string;
  content: string;
  metadata?: JsonValue;
  chunking?: ChunkingInput | null;
  userId?: string | null;
  agentId?: string | null;
  sessionId?: string | null;
  idempotencyKey?: string | null;
}

/** A checked document, ready to be cut. */
export interface NewDocument {
  readonly collection: string;
  readonly title: string;
  readonly uri: string | null;
  readonly mimeType: MimeType;
  readonly content: string;
  readonly contentHash: string;
  readonly metadata: JsonValue;
  readonly chunking: Chunking;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
}

export const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_TITLE = 512;
const MAX_COLLECTION = 128;
const MAX_URI = 2_048;
const MAX_ID = 256;
/** Every chunk carries it. */
const MAX_METADATA_BYTES = 4_096;
const DEFAULT_CHUNKING: Chunking = { strategy: 'STRUCTURE', maxTokens: 256, overlapTokens: 32, contextualize: true };
const LEAST_TOKENS = 16;
/** What a model reads at once, and well within the 65 536 characters of a memory. */
const MOST_TOKENS = 2_048;

const optionalText = (field: string, value: string | null | undefined, max: number): string | null =>
  value === null || value === undefined ? null : checkText(field, value, max);

function checkChunking(chunking: ChunkingInput | null | undefined): Chunking {
  const { maxTokens, overlapTokens } = chunking ?? DEFAULT_CHUNKING;
  if (maxTokens < LEAST_TOKENS || maxTokens > MOST_TOKENS)
    throw badInput('input.chunking.maxTokens', `must be ${LEAST_TOKENS} to ${MOST_TOKENS}, not ${maxTokens}`, {
      limit: maxTokens < LEAST_TOKENS ? LEAST_TOKENS : MOST_TOKENS,
      given: maxTokens,
    });
  const most = Math.floor(maxTokens / 2);
  if (overlapTokens < 0 || overlapTokens > most)
    throw badInput('input.chunking.overlapTokens', `must be 0 to half of maxTokens, ${most}, not ${overlapTokens}`, {
      limit: most,
      given: overlapTokens,
    });
  return chunking ?? DEFAULT_CHUNKING;
}

function checkMetadata(metadata: JsonValue): JsonValue {
  const field = 'input.metadata';
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata))
    throw badInput(field, 'must be an object, such as {"team": "field"}');
  const bytes = Buffer.byteLength(JSON.stringify(checkJson(field, metadata)));
  if (bytes > MAX_METADATA_BYTES)
    throw badInput(
      field,
      `takes ${bytes} bytes; at most ${MAX_METADATA_BYTES} are allowed, since every chunk carries it`,
      {
        limit: MAX_METADATA_BYTES,
        given: bytes,
      },
    );
  return metadata;
}

function checkContent(content: string): string {
  const bytes = Buffer.byteLength(content);
  if (bytes > MAX_DOCUMENT_BYTES)
    throw new PlatformError(
      'PAYLOAD_TOO_LARGE',
      `input.content: takes ${bytes} bytes; at most ${MAX_DOCUMENT_BYTES} are allowed. Send it in parts, or use npm run ingest.`,
      { field: 'input.content', limit: MAX_DOCUMENT_BYTES, given: bytes },
    );
  return checkText('input.content', content, MAX_DOCUMENT_BYTES);
}

/**
 * Checks an input and fills in what was left out.
 *
 * @throws BAD_USER_INPUT naming the field; PAYLOAD_TOO_LARGE above 1 MiB; UNSUPPORTED_MEDIA_TYPE
 */
export function planDocument(input: IngestDocumentInput): NewDocument {
  const content = checkContent(input.content);
  return {
    collection: checkText('input.collection', input.collection, MAX_COLLECTION),
    title: checkText('input.title', input.title, MAX_TITLE),
    uri: optionalText('input.uri', input.uri, MAX_URI),
    mimeType: checkMimeType(input.mimeType),
    content,
    contentHash: createHash('sha256').update(content).digest('hex'),
    metadata: checkMetadata(input.metadata ?? {}),
    chunking: checkChunking(input.chunking),
    userId: optionalText('input.userId', input.userId, MAX_ID),
    agentId: optionalText('input.agentId', input.agentId, MAX_ID),
    sessionId: optionalText('input.sessionId', input.sessionId, MAX_ID),
  };
}
