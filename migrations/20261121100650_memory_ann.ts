import { migration, tenantWall } from './sql.ts';

/** int8 numbers as pgvector's halves, which hold each of them exactly. */
const halvesOf = `create function memory.halves_of(q bytea) returns halfvec language sql immutable parallel safe as $$
  select array_agg(((get_byte(q, i) + 128) % 256 - 128)::real order by i)::halfvec from generate_series(0, octet_length(q) - 1) i $$`;

/** Once a project is in memory.ann_project its new vectors go to memory.vector_ann with the statement that writes them. */
const followAnn = `create function memory.follow_ann() returns trigger language plpgsql as $$
begin
  insert into memory.vector_ann (tenant_id, project_id, mid, embedding)
    select c.tenant_id, c.project_id, c.mid, memory.halves_of(c.q) from changed c
      join memory.ann_project p on p.tenant_id = c.tenant_id and p.project_id = c.project_id and p.model = c.model
    on conflict (tenant_id, project_id, mid) do update set embedding = excluded.embedding;
  return null;
end $$`;

export const MemoryAnn = migration(
  [
    // Projects whose vectors fit into no process. Ready: memory.vector_ann has all of them.
    `create table memory.ann_project (
      tenant_id uuid not null,
      project_id uuid not null,
      model text not null,
      ready boolean not null default false,
      primary key (tenant_id, project_id))`,
    // A table of its own: its HNSW index is made while it is empty, and others' writes know nothing of it.
    `create table memory.vector_ann (
      tenant_id uuid not null,
      project_id uuid not null,
      mid bigint not null,
      embedding halfvec not null,
      primary key (tenant_id, project_id, mid),
      foreign key (tenant_id, project_id, mid) references memory.vector on delete cascade)`,
    'create statistics memory.vector_ann_owner (dependencies, ndistinct) on tenant_id, project_id from memory.vector_ann',
    ...['ann_project', 'vector_ann'].flatMap((table) => tenantWall(`memory.${table}`)),
    'grant select, insert, update on memory.ann_project to rae_app',
    'grant select, insert, update, delete on memory.vector_ann to rae_app',
    halvesOf,
    followAnn,
    ...['insert', 'update'].map(
      (event) => `create trigger follow_ann_${event} after ${event} on memory.vector referencing new table as changed
        for each statement execute function memory.follow_ann()`,
    ),
  ],
  [
    'drop trigger follow_ann_insert on memory.vector',
    'drop trigger follow_ann_update on memory.vector',
    'drop function memory.follow_ann',
    'drop table memory.vector_ann',
    'drop table memory.ann_project',
    'drop function memory.halves_of',
  ],
);
