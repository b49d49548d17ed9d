import { migration, tenantWall } from './sql.ts';

export const MemoryErasure = migration(
  [
    // `condition` is emptied when the work is done: it may name the person who asked to be forgotten.
    `create table memory.erasure (
      tenant_id uuid not null,
      id uuid not null,
      project_id uuid,
      condition jsonb not null,
      reason text not null,
      requested_at timestamptz not null,
      requested_by text not null,
      tx xid8 not null default pg_current_xact_id(),
      erased_memories int not null default 0,
      completed_at timestamptz,
      audit_id uuid not null,
      primary key (tenant_id, id))`,
    'create index erasure_list on memory.erasure (tenant_id, requested_at, id)',
    `create table memory.erasure_part (
      tenant_id uuid not null,
      erasure_id uuid not null,
      part text not null,
      removed int not null default 0,
      done_at timestamptz,
      primary key (tenant_id, erasure_id, part))`,
    ...['erasure', 'erasure_part'].flatMap((table) => tenantWall(`memory.${table}`)),
    'grant select, insert, update on memory.erasure, memory.erasure_part to rae_app',
  ],
  ['drop table memory.erasure_part', 'drop table memory.erasure'],
);
