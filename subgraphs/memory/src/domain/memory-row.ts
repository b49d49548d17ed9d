import type { JsonValue } from '@rae/kernel';
import { type IndexedLayer, type IndexedRole, type IndexedStatus, LAYERS, ROLES, STATUSES } from '../engine/codes.ts';

/** `enum MemoryLayer`. WORKING is never in the database or an index. */
export type MemoryLayer = IndexedLayer | 'WORKING';

/** A memory as services and resolvers know it. */
export interface Memory {
  readonly id: string;
  readonly projectId: string;
  readonly layer: MemoryLayer;
  readonly status: IndexedStatus;
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
  readonly createdAt: Date;
  readonly supersededAt: Date | null;
  /** The memory that replaced it. */
  readonly supersededBy: string | null;
  readonly archivedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly summary: string | null;
  readonly detectedPii: readonly string[];
  readonly maskedPii: readonly string[];
  /** Null where it is no part of a document; so are the four that follow. */
  readonly documentId: string | null;
  readonly collection: string | null;
  readonly chunkIndex: number | null;
  readonly section: string | null;
  readonly page: number | null;
  readonly version: number;
  /** The instant that it is told of, where that is not now. */
  readonly asOf?: Date;
}

/** One that was read, with its number in the search index. */
export interface StoredMemory extends Memory {
  readonly layer: IndexedLayer;
  readonly mid: number;
}

/** A row of memory.memory, as MEMORY_COLUMNS selects it. */
export interface MemoryRow {
  mid: string;
  id: string;
  project_id: string;
  layer: number;
  status: number;
  content: string;
  role: number | null;
  speaker: string | null;
  source: string | null;
  tags: string[];
  metadata: JsonValue;
  user_id: string | null;
  agent_id: string | null;
  session_id: string | null;
  importance: number;
  occurred_at: Date;
  valid_from: Date;
  valid_to: Date | null;
  created_at: Date;
  superseded_at: Date | null;
  superseded_by: string | null;
  archived_at: Date | null;
  expires_at: Date | null;
  summary: string | null;
  detected_pii: string[];
  masked_pii: string[];
  document_id: string | null;
  collection: string | null;
  chunk_index: number | null;
  section: string | null;
  page: number | null;
  version: number;
}

/**
 * The columns of a MemoryRow. One that has expired is archived from that instant on, also before the job that writes so has
 * come to it.
 *
 * @param now SQL of the instant that is asked about; null gives the status as it is written
 */
export function memoryColumns(now: string | null): string {
  const status =
    now === null
      ? 'status'
      : `case when status = 1 and expires_at <= ${now} then 3::smallint else status end as status`;
  return `mid, id, project_id, layer, ${status}, content, role, speaker, source, tags, metadata, user_id, agent_id,
  session_id, importance, occurred_at, valid_from, valid_to, created_at, superseded_at, superseded_by, archived_at, expires_at,
  summary, detected_pii, masked_pii, document_id, collection, chunk_index, section, page, version`;
}

export const MEMORY_COLUMNS = memoryColumns('now()');

/** Names by their numbers, for reading what codes.ts writes. */
function namesOf<Name extends string>(codes: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  const names = new Map<number, Name>();
  for (const name in codes) names.set(codes[name], name);
  return names;
}
const LAYER_NAMES = namesOf(LAYERS);
const STATUS_NAMES = namesOf(STATUSES);
const ROLE_NAMES = namesOf(ROLES);

/** Single precision as it was meant: 0.3, not 0.30000001192092896. */
const asGiven = (importance: number): number => Number(importance.toPrecision(7));

export const toMemory = (row: MemoryRow): StoredMemory => ({
  mid: Number(row.mid),
  id: row.id,
  projectId: row.project_id,
  layer: LAYER_NAMES.get(row.layer) ?? 'EPISODIC',
  status: STATUS_NAMES.get(row.status) ?? 'ARCHIVED',
  content: row.content,
  role: row.role === null ? null : (ROLE_NAMES.get(row.role) ?? null),
  speaker: row.speaker,
  source: row.source,
  tags: row.tags,
  metadata: row.metadata,
  userId: row.user_id,
  agentId: row.agent_id,
  sessionId: row.session_id,
  importance: asGiven(row.importance),
  occurredAt: row.occurred_at,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  createdAt: row.created_at,
  supersededAt: row.superseded_at,
  supersededBy: row.superseded_by,
  archivedAt: row.archived_at,
  expiresAt: row.expires_at,
  summary: row.summary,
  detectedPii: row.detected_pii,
  maskedPii: row.masked_pii,
  documentId: row.document_id,
  collection: row.collection,
  chunkIndex: row.chunk_index,
  section: row.section,
  page: row.page,
  version: row.version,
});
