import type { Transaction } from '@rae/kernel';
import type { ErasureCondition } from '../domain/erasure.ts';
import type { MemoryFilter } from '../domain/memory-filter.ts';
import { LAYERS, STATUSES } from '../engine/codes.ts';
import type { MemoryKey } from './erase-memories.ts';
import { filterSql } from './list-memories.ts';

export interface MatchRequest {
  readonly condition: ErasureCondition;
  /** Null: all of the tenant's. */
  readonly projectId: string | null;
  /** Nothing that was written later. */
  readonly until: Date;
  /** The last one of the page before; null: from the start. */
  readonly after: { readonly projectId: string; readonly mid: number } | null;
  readonly limit: number;
}

const isKind = <Name extends string>(name: string, of: Readonly<Record<Name, number>>): name is Name => name in of;
const ALL_STATUSES = Object.keys(STATUSES).filter((name) => isKind(name, STATUSES));
const ALL_LAYERS = Object.keys(LAYERS).filter((name) => isKind(name, LAYERS));

/** Unlike a list, an erasure goes through every state unless told otherwise. */
const inEveryState = (filter: MemoryFilter): MemoryFilter => ({
  ...filter,
  statuses: filter.statuses?.length ? filter.statuses : ALL_STATUSES,
  layers: filter.layers?.length ? filter.layers : ALL_LAYERS,
});

const toFilter = (condition: ErasureCondition): MemoryFilter | null =>
  condition.kind === 'memories' ? condition.filter : condition.subject;

/** The next memories that an erasure takes, in order of project and number, held against other writers. */
export async function findMatching(tx: Transaction, request: MatchRequest): Promise<MemoryKey[]> {
  const filter = toFilter(request.condition);
  if (!filter) return [];
  const values: unknown[] = [tx.caller.tenantId, request.until];
  const add = (value: unknown): string => `$${values.push(value)}`;
  const where = ['tenant_id = $1', 'created_at <= $2'];
  if (request.projectId) where.push(`project_id = ${add(request.projectId)}`);
  if (request.after)
    where.push(`(project_id, mid) > (${add(request.after.projectId)}::uuid, ${add(request.after.mid)}::bigint)`);
  where.push(...filterSql(inEveryState(filter), add, '$2'));
  const rows = await tx.query<{ id: string; projectId: string; mid: string; documentId: string | null }>(
    `select id, project_id as "projectId", mid, document_id as "documentId" from memory.memory where ${where.join(' and ')}
      order by project_id, mid limit ${add(request.limit)} for update`,
    values,
  );
  return rows.map((row) => ({ ...row, mid: Number(row.mid) }));
}
