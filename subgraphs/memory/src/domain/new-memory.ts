import { badInput, checkJson, checkText, type JsonValue } from '@rae/kernel';
import type { IndexedRole } from '../engine/codes.ts';
import { contentHash } from './content-hash.ts';
import { judgeImportance } from './importance.ts';
import type { MemoryLayer } from './memory-row.ts';
import { createPiiGuard, type PiiGuard, type PiiPolicies } from './pii/apply-policy.ts';
import { speakerOf } from './speaker.ts';
import { suspectInstructions } from './suspected-instructions.ts';
import { checkTtl, expiryOf } from './time-to-live.ts';

/** `input CreateMemoryInput`; scalars are parsed, values are not checked yet. */
export interface CreateMemoryInput {
  projectId?: string | null;
  layer: MemoryLayer;
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
  readonly layer: MemoryLayer;
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
const isMerged = (layer: MemoryLayer): boolean => layer === 'SEMANTIC' || layer === 'PROCEDURAL';

const optionalText = (field: string, value: string | null | undefined, max: number): string | null =>
  value === null || value === undefined ? null : checkText(field, value, max);

function checkTags(field: string, tags: readonly string[]): string[] {
  if (tags.length > MAX_TAGS)
    throw badInput(field, `holds ${tags.length} tags; at most ${MAX_TAGS} are allowed`, {
      limit: MAX_TAGS,
      given: tags.length,
    });
  return [...new Set(tags.map((tag, at) => checkText(`${field}[${at}]`, tag, MAX_TAG)))];
}

function checkMetadata(field: string, metadata: JsonValue): JsonValue {
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

/** The key in `metadata` that is the platform's own: what a caller writes there is replaced. */
const OWN_KEY = 'rae';

/** Metadata with what the platform has to say of the content, under its own key. */
function withOwnKey(metadata: JsonValue, content: string): JsonValue {
  const suspectedInstructions = suspectInstructions(content);
  const { [OWN_KEY]: _given, ...rest } = Object(metadata);
  return suspectedInstructions.length > 0 ? { ...rest, [OWN_KEY]: { suspectedInstructions } } : rest;
}

function checkTimes(input: CreateMemoryInput, path: string, now: Date) {
  const occurredAt = input.occurredAt ?? now;
  const validFrom = input.validFrom ?? occurredAt;
  if (input.validTo && input.validTo <= validFrom)
    throw badInput(`${path}.validTo`, 'must be after validFrom (occurredAt when left out)');
  const expiresAt = isGiven(input.ttlSeconds) ? expiryOf(now, checkTtl(`${path}.ttlSeconds`, input.ttlSeconds)) : null;
  return { occurredAt, validFrom, validTo: input.validTo ?? null, expiresAt };
}

export interface PlanOptions {
  readonly now: Date;
  /** Of the embedding model. */
  readonly dimensions: number;
  /** What the project does with secrets and personal data. */
  readonly policies: PiiPolicies;
}

const NO_DOCUMENT = { documentId: null, collection: null, chunkIndex: null, section: null, page: null };

/**
 * Checks an input, masks in it what the project does not store, and fills in what was left out; changes nothing else.
 *
 * @param path where the input stands in the request, such as `input` or `inputs[3]`
 * @throws BAD_USER_INPUT naming the field, the limit and what was given; of a secret or personal data its kind and place
 */
export function planMemory(
  input: CreateMemoryInput,
  path: string,
  { now, dimensions, policies }: PlanOptions,
): NewMemory {
  const guard = createPiiGuard(policies);
  const guarded = (field: string, value: string | null) =>
    value === null ? null : guard.text(`${path}.${field}`, value);
  const content = guard.text(`${path}.content`, checkText(`${path}.content`, input.content, MAX_CONTENT));
  const { layer, importance } = input;
  const times = checkTimes(input, path, now);
  const said = {
    layer,
    content,
    speaker: guarded('speaker', optionalText(`${path}.speaker`, input.speaker, MAX_ID)) ?? speakerOf(content),
    userId: optionalText(`${path}.userId`, input.userId, MAX_ID),
    agentId: optionalText(`${path}.agentId`, input.agentId, MAX_ID),
  };
  const asGiven = { ...said, validFrom: input.validFrom ?? null, validTo: times.validTo };
  const metadata = guard.json(`${path}.metadata`, checkMetadata(`${path}.metadata`, input.metadata ?? {}));
  return {
    ...said,
    ...times,
    ...NO_DOCUMENT,
    role: input.role ?? null,
    source: guarded('source', optionalText(`${path}.source`, input.source, MAX_SOURCE)),
    tags: planTags(`${path}.tags`, input.tags ?? [], guard),
    metadata: withOwnKey(metadata, content),
    sessionId: optionalText(`${path}.sessionId`, input.sessionId, MAX_ID),
    importance: isGiven(importance)
      ? checkImportance(`${path}.importance`, importance)
      : judgeImportance(content, layer),
    summary: null,
    contentHash: isMerged(layer) ? contentHash(asGiven) : null,
    embedding: input.embedding ? checkEmbedding(`${path}.embedding`, input.embedding, dimensions) : null,
    ...guard.result(),
  };
}

/** Checked labels, masked, each once. */
export const planTags = (field: string, tags: readonly string[], guard: PiiGuard): string[] => [
  ...new Set(checkTags(field, tags).map((tag, at) => guard.text(`${field}[${at}]`, tag))),
];

/** Checked metadata in the place of `before`, masked; the platform's own key stays as it was. */
export function replaceMetadata(field: string, metadata: JsonValue, before: JsonValue, guard: PiiGuard): JsonValue {
  const { [OWN_KEY]: _given, ...rest } = Object(guard.json(field, checkMetadata(field, metadata)));
  const own = Object(before)[OWN_KEY];
  return own === undefined ? rest : { ...rest, [OWN_KEY]: own };
}
