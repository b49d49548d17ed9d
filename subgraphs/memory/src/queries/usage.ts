import type { Transaction } from '@rae/kernel';

export interface Usage {
  readonly memoryId: string;
  readonly uses: number;
  readonly usedAt: Date;
}

/** In order of ids, so that two writers never wait for each other; what was erased meanwhile gets no row. */
const ADD = {
  name: 'usage_add',
  text: `insert into memory.usage (tenant_id, memory_id, uses, used_at)
    select $1, m.id, g.uses, g.used_at from rows from (jsonb_to_recordset($2::jsonb) as (id uuid, uses int, used_at timestamptz)) g
      join memory.memory m on m.tenant_id = $1 and m.id = g.id order by m.id for key share of m
    on conflict (tenant_id, memory_id) do update
      set uses = memory.usage.uses + excluded.uses, used_at = greatest(memory.usage.used_at, excluded.used_at)`,
};
const FIND = {
  name: 'usage_find',
  text: `select memory_id as "memoryId", uses, used_at as "usedAt" from memory.usage where tenant_id = $1 and memory_id = any($2::uuid[])`,
};

/** Adds uses to what was counted before; `usedAt` is the last of them. */
export async function addUsage(tx: Transaction, used: readonly Usage[]): Promise<void> {
  const given = used.map(({ memoryId, uses, usedAt }) => ({ id: memoryId, uses, used_at: usedAt }));
  await tx.query(ADD, [tx.caller.tenantId, JSON.stringify(given)]);
}

/** What was counted of these memories; those never used are left out. */
export const findUsage = (tx: Transaction, memoryIds: readonly string[]): Promise<Usage[]> =>
  tx.query<Usage>(FIND, [tx.caller.tenantId, memoryIds]);
