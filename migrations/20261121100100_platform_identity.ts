import { migration, tenantWall, workerReads } from './sql.ts';

export const PlatformIdentity = migration(
  [
    `create table platform.tenants (
      id uuid primary key,
      name text not null,
      created_at timestamptz not null)`,
    `create table platform.projects (
      id uuid primary key,
      tenant_id uuid not null references platform.tenants (id),
      name text not null,
      created_at timestamptz not null,
      unique (tenant_id, name))`,
    `create index projects_list on platform.projects (tenant_id, created_at, id)`,
    `create table platform.api_keys (
      id uuid primary key,
      tenant_id uuid not null references platform.tenants (id),
      name text not null,
      prefix text not null,
      hash bytea not null unique,
      project_id uuid references platform.projects (id),
      agent_id text,
      user_id text,
      roles text[] not null,
      created_at timestamptz not null,
      created_by text not null,
      last_used_at timestamptz,
      expires_at timestamptz,
      revoked_at timestamptz)`,
    `create index api_keys_list on platform.api_keys (tenant_id, created_at, id)`,
    ...tenantWall('platform.tenants', 'id'),
    ...tenantWall('platform.projects'),
    ...tenantWall('platform.api_keys'),
    ...workerReads('platform.tenants'),
    ...workerReads('platform.api_keys'),
    'grant select, insert on platform.tenants, platform.projects to rae_app',
    'grant select, insert, update on platform.api_keys to rae_app',
  ],
  ['drop table platform.api_keys', 'drop table platform.projects', 'drop table platform.tenants'],
);
