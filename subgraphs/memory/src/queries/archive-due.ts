import type { Transaction } from '@rae/kernel';
import { toJsonTime } from '../domain/changes.ts';
import { strengthSql } from '../domain/strength.ts';
import type { IndexedLayer } from '../engine/codes.ts';
import { LAYERS } from '../engine/codes.ts';

/** What makes memories be archived by themselves. */
export type DueRule =
  /** Their time is over. */
  | { readonly reason: 'EXPIRED' }
  /** Stored before `before`, in a layer of a project that keeps no longer. */
  | { readonly reason: 'RETENTION'; readonly projectId: string; readonly layer: IndexedLayer; readonly before: Date }
  /** Weaker than `below` and not used since `unusedSince`. Chunks of documents do not fade: they go with their document. */
  | {
      readonly reason: 'FADED';
      /** Null: all of the tenant's. */
      readonly projectId: string | null;
      readonly below: number;
      readonly unusedSince: Date;
    };

/** A memory that was archived; what its event needs. */
export interface ArchivedRow {
  readonly id: string;
  readonly projectId: string;
  readonly layer: number;
  readonly version: number;
  readonly tags: readonly string[];
}

/** Conditions on memory.memory m; $1 is the tenant, $2 now. */
function conditionOf(rule: DueRule): { where: string; values: unknown[] } {
  if (rule.reason === 'EXPIRED') return { where: 'm.expires_at <= $2::timestamptz', values: [] };
  if (rule.reason === 'RETENTION')
    return {
      where: 'm.project_id = $3::uuid and m.layer = $4::smallint and m.created_at < $5::timestamptz',
      values: [rule.projectId, LAYERS[rule.layer], rule.before],
    };
  return {
    where: `($3::uuid is null or m.project_id = $3::uuid) and m.document_id is null and m.created_at < $4::timestamptz
      and coalesce(u.used_at, m.created_at) < $4::timestamptz and ${strengthSql('$2')} < $5::float8`,
    values: [rule.projectId, rule.unusedSince, rule.below],
  };
}

const fromSql = (where: string): string => `memory.memory m
    left join memory.usage u on u.tenant_id = m.tenant_id and u.memory_id = m.id
  where m.tenant_id = $1 and m.status = 1 and ${where}`;

/**
 * Archives up to `limit` active memories that a rule names, each with its line in the history, in one statement; those that
 * somebody else holds just now are left for the next time.
 */
export async function archiveDue(tx: Transaction, rule: DueRule, limit: number): Promise<ArchivedRow[]> {
  const { where, values } = conditionOf(rule);
  const all: unknown[] = [tx.caller.tenantId, tx.now, ...values];
  const add = (value: unknown) => `$${all.push(value)}`;
  const after = { status: 'ARCHIVED', archivedAt: toJsonTime(tx.now), reason: rule.reason };
  const before = { status: 'ACTIVE', archivedAt: null };
  return tx.query<ArchivedRow>(
    `with due as (select m.id from ${fromSql(where)} order by m.id limit ${add(limit)} for update of m skip locked),
      changed as (update memory.memory m set status = 3, archived_at = $2 from due where m.tenant_id = $1 and m.id = due.id
        returning m.id, m.project_id, m.layer, m.version, m.tags),
      told as (insert into memory.revision (tenant_id, memory_id, version, at, actor, change, before, after)
        select $1, id, version, $2, ${add(tx.caller.actor)}, 'ARCHIVED', ${add(JSON.stringify(before))}::jsonb, ${add(JSON.stringify(after))}::jsonb from changed)
      select id, project_id as "projectId", layer, version, tags from changed`,
    all,
  );
}

/** How many a rule names, counted to `most`. */
export async function countDue(tx: Transaction, rule: DueRule, most: number): Promise<number> {
  const { where, values } = conditionOf(rule);
  const all = [tx.caller.tenantId, tx.now, ...values];
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from (select $2::timestamptz from ${fromSql(where)} limit ${most}) counted`,
    all,
  );
  return row?.count ?? 0;
}
