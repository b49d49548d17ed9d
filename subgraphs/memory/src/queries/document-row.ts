import type { JsonValue } from '@rae/kernel';
import type { Document } from '../domain/document.ts';

/** A row of memory.document, as DOCUMENT_COLUMNS selects it. */
export interface DocumentRow {
  id: string;
  project_id: string;
  collection: string;
  title: string;
  uri: string | null;
  mime_type: string;
  content_hash: string;
  chunk_count: number;
  version: number;
  metadata: JsonValue;
  contextualize: boolean;
  user_id: string | null;
  agent_id: string | null;
  session_id: string | null;
  created_at: Date;
  is_newest: boolean;
}

export const DOCUMENT_COLUMNS = `id, project_id, collection, title, uri, mime_type, content_hash, chunk_count, version, metadata,
  contextualize, user_id, agent_id, session_id, created_at, superseded_at is null as is_newest`;

export const toDocument = (row: DocumentRow): Document => ({
  id: row.id,
  projectId: row.project_id,
  collection: row.collection,
  title: row.title,
  uri: row.uri,
  mimeType: row.mime_type,
  contentHash: row.content_hash,
  chunkCount: row.chunk_count,
  version: row.version,
  metadata: row.metadata,
  contextualize: row.contextualize,
  userId: row.user_id,
  agentId: row.agent_id,
  sessionId: row.session_id,
  createdAt: row.created_at,
  isNewest: row.is_newest,
});
