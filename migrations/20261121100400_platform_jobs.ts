import { migration, tenantWall, workerClaims } from './sql.ts';

export const PlatformJobs = migration(
  [
    `create table platform.jobs (
      id uuid primary key,
      tenant_id uuid not null,
      kind text not null,
      subject text not null,
      payload jsonb not null,
      status text not null default 'PENDING' check (status in ('PENDING', 'DEAD')),
      run_at timestamptz not null,
      attempt int not null default 0,
      lease_until timestamptz,
      lease_token uuid,
      error_code text,
      error text,
      alone boolean not null default false,
      created_at timestamptz not null,
      unique (tenant_id, kind, subject))`,
    `create index jobs_due on platform.jobs (kind, run_at) where status = 'PENDING'`,
    ...tenantWall('platform.jobs'),
    ...workerClaims('platform.jobs'),
    'grant select, insert, update, delete on platform.jobs to rae_app',
  ],
  ['drop table platform.jobs'],
);
