import type { Transaction } from '@rae/kernel';
import type { Candidate } from '../domain/consolidate/plan.ts';
import type { MemoryFilter } from '../domain/memory-filter.ts';
import { MEMORY_COLUMNS, type MemoryRow, toMemory } from '../domain/memory-row.ts';
import { LAYERS } from '../engine/codes.ts';
import { createParameters, filterSql } from './list-memories.ts';

/** The newest memories that may be consolidated; episodes that knowledge was drawn from already are left out. */
export async function readCandidates(
  tx: Transaction,
  projectId: string,
  filter: MemoryFilter,
  model: string,
  limit: number,
): Promise<Candidate[]> {
  const { values, add } = createParameters([tx.caller.tenantId, projectId, model, limit]);
  const where = filterSql(filter, add, add(tx.now));
  const rows = await tx.query<MemoryRow & { q: Buffer | null; uses: number }>(
    `select ${MEMORY_COLUMNS},
        (select v.q from memory.vector v where v.tenant_id = $1 and v.project_id = $2 and v.mid = memory.mid and v.model = $3) as q,
        coalesce((select u.uses from memory.usage u where u.tenant_id = $1 and u.memory_id = memory.id), 0) as uses
      from memory.memory where tenant_id = $1 and project_id = $2 and ${where.join(' and ')}
        and not exists (select from memory.source s join memory.memory drawn on drawn.tenant_id = $1 and drawn.id = s.memory_id
          where s.tenant_id = $1 and s.source_id = memory.id and drawn.layer <> ${LAYERS.REFLECTIVE})
      order by created_at desc, mid desc limit $4`,
    values,
  );
  return rows.map((row) => ({ memory: toMemory(row), vector: row.q ? new Int8Array(row.q) : null, uses: row.uses }));
}
