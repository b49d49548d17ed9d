import type { Transaction } from '@rae/kernel';
import { LAYERS } from '../engine/codes.ts';

const INSERT = {
  name: 'sources_insert',
  text: `insert into memory.source (tenant_id, memory_id, source_id, place)
    select $1, $2, m.id, array_position($3::uuid[], m.id) from memory.memory m
    where m.tenant_id = $1 and m.id = any($3::uuid[]) order by m.id for key share of m
    returning 1`,
};
const LIST = {
  name: 'sources_list',
  text: `select memory_id as "memoryId", source_id as "sourceId" from (
      select *, row_number() over (partition by memory_id order by place) as n from memory.source
      where tenant_id = $1 and memory_id = any($2::uuid[])) ranked
    where n <= $3 order by memory_id, n`,
};

/** A reflection quotes its sources; any other memory stands while one source is left. */
const RESTING = {
  name: 'sources_resting',
  text: `with recursive resting(id) as (
      select unnest($2::uuid[])
      union
      select s.memory_id from resting r join memory.source s on s.tenant_id = $1 and s.source_id = r.id
        join memory.memory m on m.tenant_id = $1 and m.id = s.memory_id
      where m.layer = ${LAYERS.REFLECTIVE} or not exists (
        select from memory.source other where other.tenant_id = $1 and other.memory_id = s.memory_id and not other.source_id = any($2::uuid[])))
    select id from resting where not id = any($2::uuid[])`,
};

const FORGET = {
  name: 'sources_forget',
  text: 'delete from memory.source where tenant_id = $1 and source_id = any($2::uuid[])',
};

/**
 * Links a new memory to what it was drawn from, in this order.
 *
 * @returns false when one of them was erased meanwhile; whoever writes the memory takes it back then
 */
export async function insertSources(tx: Transaction, memoryId: string, sourceIds: readonly string[]): Promise<boolean> {
  const written = await tx.query(INSERT, [tx.caller.tenantId, memoryId, sourceIds]);
  return written.length === sourceIds.length;
}

/** The first `first` sources of each of these memories, in their order. */
export const listSources = (
  tx: Transaction,
  memoryIds: readonly string[],
  first: number,
): Promise<{ memoryId: string; sourceId: string }[]> => tx.query(LIST, [tx.caller.tenantId, memoryIds, first]);

/** Ids of the memories that go with these: reflections drawn from them, and what rests on them alone. */
export const findResting = async (tx: Transaction, memoryIds: readonly string[]): Promise<string[]> =>
  (await tx.query<{ id: string }>(RESTING, [tx.caller.tenantId, memoryIds])).map(({ id }) => id);

/** Forgets that anything was drawn from these. */
export async function forgetSources(tx: Transaction, sourceIds: readonly string[]): Promise<void> {
  await tx.query(FORGET, [tx.caller.tenantId, sourceIds]);
}
