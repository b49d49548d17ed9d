import { migration, tenantWall } from './sql.ts';

export const PlatformAudit = migration(
  [
    `create table platform.audit_log (
      tenant_id uuid not null,
      number bigint not null,
      id uuid not null unique,
      at timestamptz not null,
      actor text not null,
      action text not null,
      subject text not null,
      detail jsonb not null,
      trace_id text,
      hash bytea not null,
      previous_hash bytea not null,
      primary key (tenant_id, number))`,
    `create table platform.audit_heads (
      tenant_id uuid primary key,
      number bigint not null,
      hash bytea not null)`,
    ...tenantWall('platform.audit_log'),
    ...tenantWall('platform.audit_heads'),
    'grant select, insert on platform.audit_log to rae_app',
    'grant select, insert, update on platform.audit_heads to rae_app',
  ],
  ['drop table platform.audit_heads', 'drop table platform.audit_log'],
);
