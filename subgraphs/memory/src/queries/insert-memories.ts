import type { Transaction } from '@rae/kernel';
import type { NewMemory } from '../domain/new-memory.ts';
import { LAYERS, ROLES } from '../engine/codes.ts';

export interface InsertRow {
  readonly id: string;
  readonly memory: NewMemory;
  readonly lex: Buffer;
  /** The vector's int8 numbers; null: to be made later. */
  readonly vector: Buffer | null;
}

/** Memories and their vectors in one statement; numbers (mid) rise in the order of the rows. */
const INSERT = {
  name: 'memories_insert',
  text: `with given as (
      select * from jsonb_to_recordset($3::jsonb) as g(n int, id uuid, layer smallint, content text, role smallint, speaker text, source text,
        tags text[], metadata jsonb, user_id text, agent_id text, session_id text, importance real, occurred_at timestamptz,
        valid_from timestamptz, valid_to timestamptz, expires_at timestamptz, summary text, content_hash text, detected_pii text[], masked_pii text[],
        document_id uuid, collection text, chunk_index int, section text, page int, lex text, vector text)),
    written as (
      insert into memory.memory (tenant_id, project_id, id, layer, content, role, speaker, source, tags, metadata, user_id, agent_id, session_id,
        importance, occurred_at, valid_from, valid_to, created_at, expires_at, summary, content_hash, detected_pii, masked_pii,
        document_id, collection, chunk_index, section, page, lex)
      select $1, $2, id, layer, content, role, speaker, source, tags, metadata, user_id, agent_id, session_id,
        importance, occurred_at, valid_from, valid_to, $4, expires_at, summary, decode(content_hash, 'base64'), detected_pii, masked_pii,
        document_id, collection, chunk_index, section, page, decode(lex, 'base64')
      from given order by n
      returning mid, id)
    insert into memory.vector (tenant_id, project_id, mid, model, q)
    select $1, $2, written.mid, $5, decode(given.vector, 'base64') from written join given using (id) where given.vector is not null`,
};

function codeOf({ layer }: NewMemory): number {
  if (layer === 'WORKING') throw new Error('a WORKING memory is never in the database');
  return LAYERS[layer];
}

/** Writes memories of one project. The transaction's tenant is theirs. */
export async function insertMemories(
  tx: Transaction,
  projectId: string,
  model: string,
  rows: readonly InsertRow[],
): Promise<void> {
  const given = rows.map(({ id, memory, lex, vector }, n) => ({
    n,
    id,
    layer: codeOf(memory),
    content: memory.content,
    role: memory.role === null ? null : ROLES[memory.role],
    speaker: memory.speaker,
    source: memory.source,
    tags: memory.tags,
    metadata: memory.metadata,
    user_id: memory.userId,
    agent_id: memory.agentId,
    session_id: memory.sessionId,
    importance: memory.importance,
    occurred_at: memory.occurredAt,
    valid_from: memory.validFrom,
    valid_to: memory.validTo,
    expires_at: memory.expiresAt,
    summary: memory.summary,
    content_hash: memory.contentHash?.toString('base64') ?? null,
    detected_pii: memory.detectedPii,
    masked_pii: memory.maskedPii,
    document_id: memory.documentId,
    collection: memory.collection,
    chunk_index: memory.chunkIndex,
    section: memory.section,
    page: memory.page,
    lex: lex.toString('base64'),
    vector: vector?.toString('base64') ?? null,
  }));
  await tx.query(INSERT, [tx.caller.tenantId, projectId, JSON.stringify(given), tx.now, model]);
}
