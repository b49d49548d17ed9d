import type { Transaction } from '@rae/kernel';
import { STATUSES } from '../engine/codes.ts';

/** A chunk that was taken out of search. */
export interface ArchivedChunk {
  readonly id: string;
  readonly version: number;
  readonly tags: readonly string[];
}

const SUPERSEDE = {
  name: 'document_supersede',
  text: 'update memory.document set superseded_at = $3 where tenant_id = $1 and id = $2 and superseded_at is null',
};
const ARCHIVE = {
  name: 'chunks_archive',
  text: `with archived as (
      update memory.memory set status = ${STATUSES.ARCHIVED}, archived_at = $3
      where tenant_id = $1 and document_id = $2 and status = ${STATUSES.ACTIVE} returning id, version, tags),
    noted as (
      insert into memory.revision (tenant_id, memory_id, version, at, actor, change, before, after)
      select $1, id, version, $3, $4, 'ARCHIVED', '{"status": "ACTIVE", "archivedAt": null}', $5 from archived)
    select id, version, tags from archived`,
};

/** Makes a version an old one: its chunks are archived, which their history says with the reason. */
export async function supersedeDocument(tx: Transaction, documentId: string, reason: string): Promise<ArchivedChunk[]> {
  const { tenantId, actor } = tx.caller;
  await tx.query(SUPERSEDE, [tenantId, documentId, tx.now]);
  const after = JSON.stringify({ status: 'ARCHIVED', archivedAt: tx.now, reason });
  return tx.query<ArchivedChunk>(ARCHIVE, [tenantId, documentId, tx.now, actor, after]);
}
