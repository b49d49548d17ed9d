import { migration, tenantWall } from './sql.ts';

export const PlatformRateLimits = migration(
  [
    `create table platform.rate_limits (
      tenant_id uuid not null,
      operation text not null,
      calls int not null check (calls > 0),
      window_seconds int not null check (window_seconds > 0),
      primary key (tenant_id, operation))`,
    ...tenantWall('platform.rate_limits'),
    'grant select, insert, update, delete on platform.rate_limits to rae_app',
  ],
  ['drop table platform.rate_limits'],
);
