import { migration, tenantWall } from './sql.ts';

export const MemoryDocument = migration(
  [
    // Each version is a row; its chunks are memories. A document without a uri has one version.
    `create table memory.document (
      tenant_id uuid not null,
      project_id uuid not null,
      id uuid not null,
      collection text not null,
      title text not null,
      uri text,
      mime_type text not null,
      content_hash text not null,
      chunk_count int not null,
      version int not null,
      metadata jsonb not null,
      contextualize boolean not null,
      user_id text,
      agent_id text,
      session_id text,
      created_at timestamptz not null,
      superseded_at timestamptz,
      primary key (tenant_id, id))`,
    'create index document_created on memory.document (tenant_id, project_id, created_at, id)',
    'create index document_tenant_created on memory.document (tenant_id, created_at, id)',
    'create unique index document_version on memory.document (tenant_id, project_id, collection, uri, version) where uri is not null',
    'create index document_hash on memory.document (tenant_id, project_id, collection, content_hash) where uri is null',
    'create unique index memory_chunk on memory.memory (tenant_id, document_id, chunk_index) where document_id is not null',
    ...tenantWall('memory.document'),
    // Vectors of the model that is to follow, until all are made: two models' vectors are never in one place.
    `create table memory.vector_next (
      tenant_id uuid not null,
      project_id uuid not null,
      mid bigint not null,
      model text not null,
      q bytea not null,
      primary key (tenant_id, project_id, mid),
      foreign key (tenant_id, project_id, mid) references memory.memory on delete cascade)`,
    'alter table memory.vector_next alter column q set storage plain',
    ...tenantWall('memory.vector_next'),
    'grant select, insert, update, delete on memory.vector_next to rae_app',
    // What the vectors of memory.vector are of; one row, of the whole installation.
    `create table memory.embedding_model (
      one boolean primary key default true check (one),
      model text not null,
      dimensions int not null,
      since timestamptz not null)`,
    'grant select, insert, update, delete on memory.document to rae_app',
  ],
  [
    'drop table memory.embedding_model',
    'drop table memory.vector_next',
    'drop index memory.memory_chunk',
    'drop table memory.document',
  ],
);
