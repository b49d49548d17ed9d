import { badInput, checkJson, checkText, type JsonValue } from '@rae/kernel';
import type { IndexedLayer, IndexedRole } from '../engine/codes.ts';
import { contentHash } from './content-hash.ts';
import { judgeImportance } from './importance.ts';
import { speakerOf } from './speaker.ts';
import { checkTtl, expiryOf } from './time-to-live.ts';

/** `input CreateMemoryInput`; scalars are parsed, values are not checked yet. */
export interface CreateMemoryInput {
  projectId?: string | null;
  layer: IndexedLayer;
  content: string;
  role?: IndexedRole | null;
  speaker?: string | null;
  source?: string | null;
  tags?: readonly string[] | null;
  metadata?: JsonValue;
  userId?: string | null;
  agentId?: string | null;
  sessionId?: string | null;
  importance?: number | null;
  occurredAt?: Date | null;
  validFrom?: Date | null;
  validTo?: Date | null;
  ttlSeconds?: number | null;
  embedding?: readonly number[] | null;
  idempotencyKey?: string | null;
}

/** A checked memory, ready to be written. */
export interface NewMemory {
  readonly layer: IndexedLayer;
  readonly content: string;
  readonly role: IndexedRole | null;
  readonly speaker: string | null;
  readonly source: string | null;
  readonly tags: readonly string[];
  readonly metadata: JsonValue;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly importance: number;
  readonly occurredAt: Date;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly expiresAt: Date | null;
  readonly summary: string | null;
  /** By which an equal memory is found; null: it is never merged. */
  readonly contentHash: Buffer | null;
  readonly detectedPii: readonly string[];
  readonly maskedPii: readonly string[];
  /** Its place in a document; all null where it is no part of one. */
  readonly documentId: string | null;
  readonly collection: string | null;
  readonly chunkIndex: number | null;
  readonly section: string | null;
  readonly page: number | null;
  /** Given by the caller, made to unit length; null: it is to be made. */
  readonly embedding: Float32Array | null;
}

export const MAX_CONTENT = 65_536;
export const MAX_TAGS = 100;
const MAX_TAG = 128;
const MAX_ID = 256;
const MAX_SOURCE = 2_048;

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

/** Layers of what is known: said twice, it is one thing. */
const isMerged = (layer: IndexedLayer): boolean => layer === 'SEMANTIC' || layer === 'PROCEDURAL';

const optionalText = (field: string, value: string | null | undefined, max: number): string | null =>
  value === null || value === undefined ? null : checkText(field, value, max);

export function checkTags(field: string, tags: readonly string[]): string[] {
  if (tags.length > MAX_TAGS)
    throw badInput(field, `holds ${tags.length} tags; at most ${MAX_TAGS} are allowed`, {
      limit: MAX_TAGS,
      given: tags.length,
    });
  return [...new Set(tags.map((tag, at) => checkText(`${field}[${at}]`, tag, MAX_TAG)))];
}

export function checkMetadata(field: string, metadata: JsonValue): JsonValue {
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata))
    throw badInput(field, 'must be an object, such as {"topic": "travel"}');
  return checkJson(field, metadata);
}

export function checkImportance(field: string, importance: number): number {
  if (!(importance >= 0 && importance <= 1))
    throw badInput(field, `must be 0 to 1, not ${importance}`, { given: importance });
  return importance;
}

/** Vectors are compared by direction alone, so any length is right but zero. */
function checkEmbedding(field: string, embedding: readonly number[], dimensions: number): Float32Array {
  if (embedding.length !== dimensions)
    throw badInput(field, `has ${embedding.length} dimensions; the embedding model has ${dimensions}`, {
      limit: dimensions,
      given: embedding.length,
    });
  const length = Math.hypot(...embedding);
  if (!Number.isFinite(length) || length === 0) throw badInput(field, 'must hold finite numbers that are not all zero');
  return Float32Array.from(embedding, (value) => value / length);
}

/**
 * Checks an input and fills in what was left out; changes nothing else.
 *
 * @param path where the input stands in the request, such as `input` or `inputs[3]`
 * @param dimensions of the embedding model
 * @throws BAD_USER_INPUT naming the field, the limit and what was given
 */
export function planMemory(input: CreateMemoryInput, path: string, now: Date, dimensions: number): NewMemory {
  const content = checkText(`${path}.content`, input.content, MAX_CONTENT);
  const occurredAt = input.occurredAt ?? now;
  const validFrom = input.validFrom ?? occurredAt;
  if (input.validTo && input.validTo <= validFrom)
    throw badInput(`${path}.validTo`, 'must be after validFrom (occurredAt when left out)');
  const validTo = input.validTo ?? null;
  const said = {
    layer: input.layer,
    content,
    speaker: optionalText(`${path}.speaker`, input.speaker, MAX_ID) ?? speakerOf(content),
    userId: optionalText(`${path}.userId`, input.userId, MAX_ID),
    agentId: optionalText(`${path}.agentId`, input.agentId, MAX_ID),
  };
  return {
    ...said,
    role: input.role ?? null,
    source: optionalText(`${path}.source`, input.source, MAX_SOURCE),
    tags: checkTags(`${path}.tags`, input.tags ?? []),
    metadata: checkMetadata(`${path}.metadata`, input.metadata ?? {}),
    sessionId: optionalText(`${path}.sessionId`, input.sessionId, MAX_ID),
    importance:
      input.importance === null || input.importance === undefined
        ? judgeImportance(content, input.layer)
        : checkImportance(`${path}.importance`, input.importance),
    occurredAt,
    validFrom,
    validTo,
    expiresAt: isGiven(input.ttlSeconds) ? expiryOf(now, checkTtl(`${path}.ttlSeconds`, input.ttlSeconds)) : null,
    summary: null,
    contentHash: isMerged(input.layer) ? contentHash({ ...said, validFrom: input.validFrom ?? null, validTo }) : null,
    detectedPii: [],
    maskedPii: [],
    documentId: null,
    collection: null,
    chunkIndex: null,
    section: null,
    page: null,
    embedding: input.embedding ? checkEmbedding(`${path}.embedding`, input.embedding, dimensions) : null,
  };
}
