import { countRows, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import type { Document } from '../domain/document.ts';
import { DOCUMENT_COLUMNS, type DocumentRow, toDocument } from './document-row.ts';

export interface DocumentFilter {
  /** Null: all projects of the tenant. */
  readonly projectId: string | null;
  readonly collection: string | null;
  readonly uri: string | null;
}

/** A row of the list with its place, to the microsecond. */
export interface ListedDocument {
  readonly document: Document;
  readonly place: Position;
}

function whereOf({ projectId, collection, uri }: DocumentFilter, values: unknown[]): string {
  const where = ['tenant_id = $1', 'superseded_at is null'];
  const and = (column: string, value: string | null) => {
    if (value !== null) where.push(`${column} = $${values.push(value)}`);
  };
  and('project_id', projectId);
  and('collection', collection);
  and('uri', uri);
  return where.join(' and ');
}

/** Documents in their newest version, newest first, after a place of the list. */
export async function pageDocuments(
  tx: Transaction,
  filter: DocumentFilter,
  after: Position | null,
  limit: number,
): Promise<ListedDocument[]> {
  const values: unknown[] = [tx.caller.tenantId];
  const where = whereOf(filter, values);
  const place = after
    ? ` and (created_at, id) < ($${values.push(after[0])}::timestamptz, $${values.push(after[1])}::uuid)`
    : '';
  const rows = await tx.query<DocumentRow & { place: string }>(
    `select ${DOCUMENT_COLUMNS}, created_at::text as place from memory.document where ${where}${place}
      order by created_at desc, id desc limit $${values.push(limit)}`,
    values,
  );
  return rows.map((row) => ({ document: toDocument(row), place: [row.place, row.id] }));
}

/** How many there are, counted to MAX_COUNT + 1. */
export function countDocuments(tx: Transaction, filter: DocumentFilter): Promise<number> {
  const values: unknown[] = [tx.caller.tenantId];
  return countRows(
    tx,
    `select count(*)::int as count from (select 1 from memory.document where ${whereOf(filter, values)} limit ${MAX_COUNT + 1}) counted`,
    values,
  );
}
