import { countRows, MAX_COUNT, type Transaction } from '@rae/kernel';
import type { MemoryFilter } from '../domain/memory-filter.ts';
import { type MemoryRow, memoryColumns, type StoredMemory, toMemory } from '../domain/memory-row.ts';
import { strengthSql } from '../domain/strength.ts';
import { type IndexedStatus, LAYERS, ROLES, STATUSES } from '../engine/codes.ts';
import { memoryThenSql } from './memory-then.ts';

/** `enum MemoryOrder`, and the column and direction that each means. */
export const ORDERS = {
  CREATED_AT_DESC: { column: 'created_at', type: 'timestamptz', direction: 'desc' },
  CREATED_AT_ASC: { column: 'created_at', type: 'timestamptz', direction: 'asc' },
  OCCURRED_AT_DESC: { column: 'occurred_at', type: 'timestamptz', direction: 'desc' },
  OCCURRED_AT_ASC: { column: 'occurred_at', type: 'timestamptz', direction: 'asc' },
  IMPORTANCE_DESC: { column: 'importance', type: 'real', direction: 'desc' },
  STRENGTH_DESC: { column: 'strength', type: 'float8', direction: 'desc' },
} as const;
export type MemoryOrder = keyof typeof ORDERS;

/** Collects parameters and gives their places in the statement. */
export function createParameters(first: readonly unknown[]) {
  const values = [...first];
  return { values, add: (value: unknown): string => `$${values.push(value)}` };
}

/** What has expired is archived, also where no job has written so yet. */
function statusSql(statuses: readonly IndexedStatus[], now: string, add: (value: unknown) => string): string {
  const written = `status = any(${add(statuses.map((status) => STATUSES[status]))}::smallint[])`;
  const [active, archived] = [statuses.includes('ACTIVE'), statuses.includes('ARCHIVED')];
  if (active === archived) return written;
  const expired = `(status = ${STATUSES.ACTIVE} and expires_at <= ${now})`;
  return active ? `(${written} and ${expired} is not true)` : `(${written} or ${expired})`;
}

/**
 * The filter as conditions on memory.memory, or on memoryThenSql where it has an asOf; every value is a parameter.
 *
 * @param now SQL of the instant by which a memory has expired
 */
export function filterSql(filter: MemoryFilter, add: (value: unknown) => string, now: string): string[] {
  const sql: string[] = [statusSql(filter.statuses?.length ? filter.statuses : ['ACTIVE'], now, add)];
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
  when(filter.documentId, (p) => `document_id = ${p}`);
  when(filter.collection, (p) => `collection = ${p}`);
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
  /** The instant at which strength is taken: that of the first page, so that all pages are of one order. */
  readonly strengthAt: Date;
  /** The order's value and number of the row before; null = from the start. */
  readonly after: readonly [string | number, number] | null;
}

/** A row of a list with its place: the order's value exactly as the database has it, to the microsecond. */
export interface ListedMemory {
  readonly memory: StoredMemory;
  readonly place: readonly [string, number];
}

const withStrength = (now: string): string => `(select m.*, ${strengthSql(now)} as strength from memory.memory m
    left join memory.usage u on u.tenant_id = m.tenant_id and u.memory_id = m.id where m.tenant_id = $1)`;

/** Where a list is read from, and the conditions on it. */
function scopeOf(
  { filter, projectId, strengthAt }: Pick<ListRequest, 'filter' | 'projectId'> & { strengthAt: Date | null },
  add: (value: unknown) => string,
) {
  const then = filter.asOf ? add(filter.asOf) : null;
  const now = then === null ? 'now()' : `${then}::timestamptz`;
  const whole = strengthAt ? withStrength(add(strengthAt)) : 'memory.memory';
  const where = ['tenant_id = $1'];
  if (projectId) where.push(`project_id = ${add(projectId)}`);
  where.push(...filterSql(filter, add, now));
  return { from: `${then === null ? whole : memoryThenSql(now)} memory`, now, where };
}

/** A page of the tenant's memories, and their places. An asOf shows them as they stood then. */
export async function listMemories(tx: Transaction, request: ListRequest): Promise<ListedMemory[]> {
  const { filter, orderBy, limit, after, strengthAt } = request;
  const { column, type, direction } = ORDERS[orderBy];
  const { values, add } = createParameters([tx.caller.tenantId]);
  const { from, now, where } = scopeOf(
    { ...request, strengthAt: orderBy === 'STRENGTH_DESC' ? strengthAt : null },
    add,
  );
  if (after)
    where.push(
      `(${column}, mid) ${direction === 'desc' ? '<' : '>'} (${add(after[0])}::${type}, ${add(after[1])}::bigint)`,
    );
  const rows = await tx.query<MemoryRow & { place: string }>(
    `select ${memoryColumns(now)}, ${column}::text as place from ${from} where ${where.join(' and ')}
      order by ${column} ${direction}, mid ${direction} limit ${add(limit)}`,
    values,
  );
  const asOf = filter.asOf ? { asOf: filter.asOf } : {};
  return rows.map((row) => ({ memory: { ...toMemory(row), ...asOf }, place: [row.place, Number(row.mid)] }));
}

/** How many there are, counted to MAX_COUNT + 1. */
export function countMemories(tx: Transaction, filter: MemoryFilter, projectId: string | null): Promise<number> {
  const { values, add } = createParameters([tx.caller.tenantId]);
  const { from, where } = scopeOf({ filter, projectId, strengthAt: null }, add);
  return countRows(
    tx,
    `select count(*)::int as count from (select 1 from ${from} where ${where.join(' and ')} limit ${MAX_COUNT + 1}) counted`,
    values,
  );
}

/** Those of some memories of a project that pass a filter with an asOf, as they stood then. */
export async function findMidsAsOf(
  tx: Transaction,
  projectId: string,
  filter: MemoryFilter,
  among: readonly number[],
): Promise<number[]> {
  const { values, add } = createParameters([tx.caller.tenantId]);
  const { from, where } = scopeOf({ filter, projectId, strengthAt: null }, add);
  where.push(`mid = any(${add(among)}::bigint[])`);
  const rows = await tx.query<{ mid: string }>(`select mid from ${from} where ${where.join(' and ')}`, values);
  return rows.map(({ mid }) => Number(mid));
}

/** Numbers of a project's memories that were changed after an instant: only of these can today's columns not tell how they stood. */
export async function findMidsChangedSince(tx: Transaction, projectId: string, since: Date): Promise<number[]> {
  const rows = await tx.query<{ mid: string }>(
    {
      name: 'mids_changed_since',
      text: `select m.mid from (select distinct memory_id from memory.revision where tenant_id = $1 and at > $3) r
        join memory.memory m on m.tenant_id = $1 and m.id = r.memory_id and m.project_id = $2`,
    },
    [tx.caller.tenantId, projectId, since],
  );
  return rows.map(({ mid }) => Number(mid));
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
