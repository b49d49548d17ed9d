import { migration, tenantWall } from './sql.ts';

/** `version` and `tx` tell every process's search index which rows it has not seen: set here, so that no write can forget them. */
const touch = `create function memory.touch() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  new.tx := pg_current_xact_id();
  return new;
end $$`;

/** An index that has not looked for so long is loaded anew (see the memory subgraph's index registry). */
const pruneGone = `create function memory.prune_gone(most int) returns int language sql security definer set search_path = pg_catalog as $$
  with pruned as (
    delete from memory.gone where ctid in (select ctid from memory.gone where at < now() - interval '1 day' limit most) returning 1)
  select count(*)::int from pruned $$`;

export const MemoryMemory = migration(
  [
    `create table memory.memory (
      tenant_id uuid not null,
      project_id uuid not null,
      mid bigint generated always as identity,
      id uuid not null,
      layer smallint not null check (layer between 1 and 4),
      status smallint not null default 1 check (status between 1 and 3),
      content text not null,
      role smallint check (role between 1 and 4),
      speaker text,
      source text,
      tags text[] not null default '{}',
      metadata jsonb not null default '{}',
      user_id text,
      agent_id text,
      session_id text,
      turn int not null default 0,
      document_id uuid,
      collection text,
      section text,
      page int,
      chunk_index int,
      summary text,
      content_hash bytea,
      detected_pii text[] not null default '{}',
      masked_pii text[] not null default '{}',
      importance real not null,
      occurred_at timestamptz not null,
      valid_from timestamptz not null,
      valid_to timestamptz,
      created_at timestamptz not null,
      superseded_at timestamptz,
      superseded_by uuid,
      archived_at timestamptz,
      expires_at timestamptz,
      lex bytea not null,
      version int not null default 1,
      tx xid8 not null default pg_current_xact_id(),
      primary key (tenant_id, project_id, mid))`,
    'create unique index memory_id on memory.memory (tenant_id, id)',
    'create index memory_tx on memory.memory (tenant_id, project_id, tx)',
    'create index memory_created on memory.memory (tenant_id, project_id, created_at, mid)',
    'create index memory_occurred on memory.memory (tenant_id, project_id, occurred_at, mid)',
    'create index memory_tenant_created on memory.memory (tenant_id, created_at, mid)',
    'create index memory_importance on memory.memory (tenant_id, project_id, importance, mid)',
    'create index memory_hash on memory.memory (tenant_id, content_hash) where content_hash is not null',
    'create index memory_expires on memory.memory (tenant_id, expires_at) where expires_at is not null and status = 1',
    'create index memory_superseded_by on memory.memory (tenant_id, superseded_by) where superseded_by is not null',
    `create table memory.vector (
      tenant_id uuid not null,
      project_id uuid not null,
      mid bigint not null,
      model text not null,
      q bytea not null,
      tx xid8 not null default pg_current_xact_id(),
      primary key (tenant_id, project_id, mid))`,
    'alter table memory.vector alter column q set storage plain',
    'create index vector_tx on memory.vector (tenant_id, project_id, tx)',
    `create table memory.gone (
      tenant_id uuid not null,
      project_id uuid not null,
      tx xid8 not null default pg_current_xact_id(),
      mid bigint not null,
      at timestamptz not null default now(),
      primary key (tenant_id, project_id, tx, mid))`,
    `create table memory.revision (
      tenant_id uuid not null,
      memory_id uuid not null,
      version int not null,
      at timestamptz not null,
      actor text not null,
      change text not null,
      before jsonb,
      after jsonb,
      primary key (tenant_id, memory_id, version))`,
    'create index revision_at on memory.revision (tenant_id, at)',
    'create statistics memory.memory_owner (dependencies, ndistinct) on tenant_id, project_id from memory.memory',
    'create statistics memory.vector_owner (dependencies, ndistinct) on tenant_id, project_id from memory.vector',
    touch,
    'create trigger touch before update on memory.memory for each row execute function memory.touch()',
    ...['memory', 'vector', 'gone', 'revision'].flatMap((table) => tenantWall(`memory.${table}`)),
    'grant select, insert, update, delete on memory.memory, memory.vector to rae_app',
    'grant select, insert on memory.gone to rae_app',
    'create policy owner_prunes on memory.gone to rae_owner using (true)',
    pruneGone,
    'revoke execute on function memory.prune_gone from public',
    'grant execute on function memory.prune_gone to rae_worker',
    'grant select, insert, delete on memory.revision to rae_app',
  ],
  [
    'drop table memory.revision',
    'drop function memory.prune_gone',
    'drop table memory.gone',
    'drop table memory.vector',
    'drop table memory.memory',
    'drop function memory.touch',
  ],
);
