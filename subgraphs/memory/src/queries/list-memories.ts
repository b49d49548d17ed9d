import { MAX_COUNT, type Transaction } from '@rae/kernel';
import type { MemoryFilter } from '../domain/memory-filter.ts';
import { MEMORY_COLUMNS, type MemoryRow, type StoredMemory, toMemory } from '../domain/memory-row.ts';
import { LAYERS, ROLES, STATUSES } from '../engine/codes.ts';

/** `enum MemoryOrder`, and the column and direction that each means. */
export const ORDERS = {
  CREATED_AT_DESC: { column: 'created_at', type: 'timestamptz', direction: 'desc' },
  CREATED_AT_ASC: { column: 'created_at', type: 'timestamptz', direction: 'asc' },
  OCCURRED_AT_DESC: { column: 'occurred_at', type: 'timestamptz', direction: 'desc' },
  OCCURRED_AT_ASC: { column: 'occurred_at', type: 'timestamptz', direction: 'asc' },
  IMPORTANCE_DESC: { column: 'importance', type: 'real', direction: 'desc' },
} as const;
export type MemoryOrder = keyof typeof ORDERS;

/** Collects parameters and gives their places in the statement. */
function createParameters(first: readonly unknown[]) {
  const values = [...first];
  return { values, add: (value: unknown): string => `$${values.push(value)}` };
}

/** The filter as conditions; every value is a parameter. */
export function filterSql(filter: MemoryFilter, add: (value: unknown) => string): string[] {
  const sql: string[] = [];
  const when = <T>(
    value: T | null | undefined,
    condition: (place: string) => string,
    parameter: (value: T) => unknown = (same) => same,
  ) => {
    if (value !== null && value !== undefined) sql.push(condition(add(parameter(value))));
  };
  when(
    filter.layers?.length ? filter.layers : null,
    (p) => `layer = any(${p}::smallint[])`,
    (layers) => layers.map((layer) => LAYERS[layer]),
  );
  when(
    filter.statuses?.length ? filter.statuses : (['ACTIVE'] as const),
    (p) => `status = any(${p}::smallint[])`,
    (statuses) => statuses.map((status) => STATUSES[status]),
  );
  when(filter.tags?.length ? filter.tags : null, (p) => `tags @> ${p}::text[]`);
  when(filter.anyTags?.length ? filter.anyTags : null, (p) => `tags && ${p}::text[]`);
  when(
    filter.roles?.length ? filter.roles : null,
    (p) => `role = any(${p}::smallint[])`,
    (roles) => roles.map((role) => ROLES[role]),
  );
  when(filter.userId, (p) => `user_id = ${p}`);
  when(filter.agentId, (p) => `agent_id = ${p}`);
  when(filter.sessionId, (p) => `session_id = ${p}`);
  when(filter.source, (p) => `source = ${p}`);
  when(filter.occurredFrom, (p) => `occurred_at >= ${p}`);
  when(filter.occurredTo, (p) => `occurred_at < ${p}`);
  when(filter.minImportance, (p) => `importance >= ${p}::real`);
  when(filter.metadata, (p) => `metadata @> ${p}::jsonb`, JSON.stringify);
  when(filter.validAt, (p) => `valid_from <= ${p}`);
  when(filter.validAt, (p) => `(valid_to is null or valid_to > ${p})`);
  return sql;
}

export interface ListRequest {
  readonly filter: MemoryFilter;
  readonly projectId: string | null;
  readonly orderBy: MemoryOrder;
  readonly limit: number;
  /** The order's value and number of the row before; null = from the start. */
  readonly after: readonly [string | number, number] | null;
}

/** A row of a list with its place: the order's value exactly as the database has it, to the microsecond. */
export interface ListedMemory {
  readonly memory: StoredMemory;
  readonly place: readonly [string, number];
}

export async function listMemories(
  tx: Transaction,
  { filter, projectId, orderBy, limit, after }: ListRequest,
): Promise<ListedMemory[]> {
  const { column, type, direction } = ORDERS[orderBy];
  const { values, add } = createParameters([tx.caller.tenantId]);
  const where = ['tenant_id = $1'];
  if (projectId) where.push(`project_id = ${add(projectId)}`);
  where.push(...filterSql(filter, add));
  if (after)
    where.push(
      `(${column}, mid) ${direction === 'desc' ? '<' : '>'} (${add(after[0])}::${type}, ${add(after[1])}::bigint)`,
    );
  const rows = await tx.query<MemoryRow & { place: string }>(
    `select ${MEMORY_COLUMNS}, ${column}::text as place from memory.memory where ${where.join(' and ')}
      order by ${column} ${direction}, mid ${direction} limit ${add(limit)}`,
    values,
  );
  return rows.map((row) => ({ memory: toMemory(row), place: [row.place, Number(row.mid)] }));
}

/** How many there are, counted to MAX_COUNT + 1. */
export async function countMemories(tx: Transaction, filter: MemoryFilter, projectId: string | null): Promise<number> {
  const { values, add } = createParameters([tx.caller.tenantId]);
  const where = ['tenant_id = $1'];
  if (projectId) where.push(`project_id = ${add(projectId)}`);
  where.push(...filterSql(filter, add));
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from (select 1 from memory.memory where ${where.join(' and ')} limit ${MAX_COUNT + 1}) counted`,
    values,
  );
  return row?.count ?? 0;
}

/** Numbers of a project's memories whose metadata hold these values, for the search index, which has no metadata. */
export async function findMidsByMetadata(tx: Transaction, projectId: string, metadata: unknown): Promise<number[]> {
  const rows = await tx.query<{ mid: string }>(
    {
      name: 'mids_by_metadata',
      text: 'select mid from memory.memory where tenant_id = $1 and project_id = $2 and metadata @> $3::jsonb',
    },
    [tx.caller.tenantId, projectId, JSON.stringify(metadata)],
  );
  return rows.map(({ mid }) => Number(mid));
}
