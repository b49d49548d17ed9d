import { migration, tenantWall } from './sql.ts';

export const PlatformPrompts = migration(
  [
    `create table platform.prompts (
      tenant_id uuid not null,
      id uuid primary key,
      project_id uuid references platform.projects (id),
      name text not null,
      created_at timestamptz not null,
      unique nulls not distinct (tenant_id, project_id, name))`,
    'create index prompts_list on platform.prompts (tenant_id, name, id)',
    `create table platform.prompt_versions (
      tenant_id uuid not null,
      prompt_id uuid not null references platform.prompts (id),
      version int not null check (version > 0),
      id uuid not null unique,
      template text not null,
      variables text[] not null,
      status text not null check (status in ('DRAFT', 'IN_REVIEW', 'APPROVED', 'PRODUCTION', 'RETIRED')),
      content_hash text not null,
      evaluation jsonb,
      created_at timestamptz not null,
      created_by text not null,
      primary key (tenant_id, prompt_id, version))`,
    `create unique index prompt_in_production on platform.prompt_versions (tenant_id, prompt_id) where status = 'PRODUCTION'`,
    ...tenantWall('platform.prompts'),
    ...tenantWall('platform.prompt_versions'),
    'grant select, insert, update on platform.prompts to rae_app',
    'grant select, insert on platform.prompt_versions to rae_app',
    'grant update (status, evaluation) on platform.prompt_versions to rae_app',
  ],
  ['drop table platform.prompt_versions', 'drop table platform.prompts'],
);
