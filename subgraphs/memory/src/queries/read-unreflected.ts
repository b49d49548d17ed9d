import type { Transaction } from '@rae/kernel';
import type { MemoryFilter } from '../domain/memory-filter.ts';
import { MEMORY_COLUMNS, type MemoryRow, type StoredMemory, toMemory } from '../domain/memory-row.ts';
import { createParameters, filterSql } from './list-memories.ts';

/** A memory with its vector's int8 numbers; null: it has none of this model. */
export interface MemoryWithVector {
  readonly memory: StoredMemory;
  readonly vector: Int8Array | null;
}

export interface UnreflectedRequest {
  readonly projectId: string;
  readonly filter: MemoryFilter;
  readonly model: string;
  readonly limit: number;
  /** Of these alone; null: of all. */
  readonly among: readonly string[] | null;
}

/** The newest memories that nothing was drawn from yet. */
export async function readUnreflected(
  tx: Transaction,
  { projectId, filter, model, limit, among }: UnreflectedRequest,
): Promise<MemoryWithVector[]> {
  const { values, add } = createParameters([tx.caller.tenantId, projectId, model, limit]);
  const where = filterSql(filter, add, add(tx.now));
  if (among) where.push(`id = any(${add(among)}::uuid[])`);
  const rows = await tx.query<MemoryRow & { q: Buffer | null }>(
    `select ${MEMORY_COLUMNS},
        (select v.q from memory.vector v where v.tenant_id = $1 and v.project_id = $2 and v.mid = memory.mid and v.model = $3) as q
      from memory.memory where tenant_id = $1 and project_id = $2 and ${where.join(' and ')}
        and not exists (select from memory.source s where s.tenant_id = $1 and s.source_id = memory.id)
      order by created_at desc, mid desc limit $4`,
    values,
  );
  return rows.map((row) => ({ memory: toMemory(row), vector: row.q ? new Int8Array(row.q) : null }));
}
