import { migration, tenantWall } from './sql.ts';

export const PlatformIdempotency = migration(
  [
    `create table platform.idempotency (
      tenant_id uuid not null,
      field text not null,
      key text not null,
      input_hash bytea not null,
      result jsonb,
      expires_at timestamptz not null,
      primary key (tenant_id, field, key))`,
    'create index idempotency_expiry on platform.idempotency (expires_at)',
    ...tenantWall('platform.idempotency'),
    'grant select, insert, update on platform.idempotency to rae_app',
    `create function platform.prune_idempotency(most int) returns int language sql security definer set search_path = pg_catalog as $$
      with pruned as (
        delete from platform.idempotency where ctid in (
          select ctid from platform.idempotency where expires_at < now() order by expires_at limit most) returning 1)
      select count(*)::int from pruned $$`,
    'create policy owner_prunes on platform.idempotency to rae_owner using (true)',
    'revoke execute on function platform.prune_idempotency from public',
    'grant execute on function platform.prune_idempotency to rae_worker',
  ],
  ['drop function platform.prune_idempotency', 'drop table platform.idempotency'],
);
