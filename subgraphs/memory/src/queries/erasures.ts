import { countRows, type JsonValue, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import {
  conditionFromJson,
  conditionToJson,
  ERASURE_PARTS,
  type Erasure,
  type ErasureCondition,
  type ErasurePart,
} from '../domain/erasure.ts';

/** An erasure at work. */
export interface OpenErasure extends Erasure {
  readonly condition: ErasureCondition;
  /** Every transaction that was open when it was asked for has ended. */
  readonly alone: boolean;
}

const COLUMNS = `id, project_id as "projectId", reason, requested_at as "requestedAt", completed_at as "completedAt",
  erased_memories as "erasedMemories", audit_id as "auditId"`;

export interface NewErasure {
  readonly id: string;
  readonly projectId: string | null;
  readonly condition: ErasureCondition;
  readonly reason: string;
  readonly auditId: string;
}

const INSERT = {
  name: 'erasure_insert',
  text: `with parts as (
      insert into memory.erasure_part (tenant_id, erasure_id, part) select $1, $2, unnest($9::text[]))
    insert into memory.erasure (tenant_id, id, project_id, condition, reason, requested_at, requested_by, audit_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

export async function insertErasure(tx: Transaction, erasure: NewErasure): Promise<void> {
  const { id, projectId, condition, reason, auditId } = erasure;
  const { tenantId, actor } = tx.caller;
  const kept = JSON.stringify(conditionToJson(condition));
  await tx.query(INSERT, [tenantId, id, projectId, kept, reason, tx.now, actor, auditId, [...ERASURE_PARTS]]);
}

/** The tenant's erasures with these ids. */
export const findErasures = (tx: Transaction, ids: readonly string[]): Promise<Erasure[]> =>
  tx.query<Erasure>(
    {
      name: 'erasures_by_id',
      text: `select ${COLUMNS} from memory.erasure where tenant_id = $1 and id = any($2::uuid[])`,
    },
    [tx.caller.tenantId, ids],
  );

/** The erasure whose next step is due, held against other workers; null when its memories are gone already. */
export async function lockOpenErasure(tx: Transaction, id: string): Promise<OpenErasure | null> {
  const [row] = await tx.query<Erasure & { condition: JsonValue; alone: boolean }>(
    {
      name: 'erasure_lock',
      text: `select ${COLUMNS}, condition, tx < pg_snapshot_xmin(pg_current_snapshot()) as alone from memory.erasure
        where tenant_id = $1 and id = $2 and condition <> '{}' for update`,
    },
    [tx.caller.tenantId, id],
  );
  if (!row) return null;
  // Written by conditionToJson.
  return { ...row, condition: conditionFromJson(row.condition as unknown as ErasureCondition) };
}

/** Newest first, after a place. `projectId` null: all of the tenant's. */
export const listErasures = (
  tx: Transaction,
  projectId: string | null,
  limit: number,
  after: Position | null,
): Promise<Erasure[]> =>
  tx.query<Erasure>(
    {
      name: 'erasures_list',
      text: `select ${COLUMNS} from memory.erasure where tenant_id = $1 and ($2::uuid is null or project_id = $2)
        and ($3::timestamptz is null or (requested_at, id) < ($3, $4::uuid)) order by requested_at desc, id desc limit $5`,
    },
    [tx.caller.tenantId, projectId, after?.[0] ?? null, after?.[1] ?? null, limit],
  );

/** How many there are, counted to MAX_COUNT + 1. */
export const countErasures = (tx: Transaction, projectId: string | null): Promise<number> =>
  countRows(
    tx,
    `select count(*)::int as count from (select 1 from memory.erasure where tenant_id = $1 and ($2::uuid is null or project_id = $2)
      limit ${MAX_COUNT + 1}) counted`,
    [tx.caller.tenantId, projectId],
  );

/** Parts of these erasures, in the order of their names. */
export const listErasureParts = (
  tx: Transaction,
  ids: readonly string[],
): Promise<(ErasurePart & { erasureId: string })[]> =>
  tx.query(
    {
      name: 'erasure_parts',
      text: `select erasure_id as "erasureId", part, removed, done_at as "doneAt" from memory.erasure_part
        where tenant_id = $1 and erasure_id = any($2::uuid[]) order by part`,
    },
    [tx.caller.tenantId, ids],
  );

const ADD_ERASED = {
  name: 'erasure_add',
  text: 'update memory.erasure set erased_memories = erased_memories + $3 where tenant_id = $1 and id = $2',
};
/** What it was to find is forgotten with what it found. */
const FORGET_CONDITION = {
  name: 'erasure_forget_condition',
  text: `update memory.erasure set condition = '{}' where tenant_id = $1 and id = $2`,
};

export async function addErased(tx: Transaction, id: string, memories: number): Promise<void> {
  await tx.query(ADD_ERASED, [tx.caller.tenantId, id, memories]);
}

export async function forgetCondition(tx: Transaction, id: string): Promise<void> {
  await tx.query(FORGET_CONDITION, [tx.caller.tenantId, id]);
}

const ADD_TO_PART = {
  name: 'erasure_part_add',
  text: `update memory.erasure_part set removed = removed + $4, done_at = case when $5 then coalesce(done_at, $6) end
    where tenant_id = $1 and erasure_id = $2 and part = $3`,
};
const COMPLETE = {
  name: 'erasure_complete',
  text: `update memory.erasure set completed_at = $3 where tenant_id = $1 and id = $2 and completed_at is null
    and not exists (select from memory.erasure_part where tenant_id = $1 and erasure_id = $2 and done_at is null)`,
};

/** Adds to a part; when it is done and all others are, the erasure is complete. */
export async function addToPart(
  tx: Transaction,
  erasureId: string,
  { part, removed, done }: { readonly part: string; readonly removed: number; readonly done: boolean },
): Promise<void> {
  await tx.query(ADD_TO_PART, [tx.caller.tenantId, erasureId, part, removed, done, tx.now]);
  if (done) await tx.query(COMPLETE, [tx.caller.tenantId, erasureId, tx.now]);
}
