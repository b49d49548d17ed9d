import type { Transaction } from '@rae/kernel';
import type { Document } from '../domain/document.ts';

const INSERT = {
  name: 'document_insert',
  text: `insert into memory.document (tenant_id, project_id, id, collection, title, uri, mime_type, content_hash, chunk_count, version,
      metadata, contextualize, user_id, agent_id, session_id, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
};

export async function insertDocument(tx: Transaction, document: Document): Promise<void> {
  await tx.query(INSERT, [
    tx.caller.tenantId,
    document.projectId,
    document.id,
    document.collection,
    document.title,
    document.uri,
    document.mimeType,
    document.contentHash,
    document.chunkCount,
    document.version,
    JSON.stringify(document.metadata),
    document.contextualize,
    document.userId,
    document.agentId,
    document.sessionId,
    document.createdAt,
  ]);
}
