import { migration, tenantWall, workerReads } from './sql.ts';

/**
 * Sums of the ledger by quarter hour, so that every zone's midnight is exact, by hour and by day of UTC (`unit`, in minutes), in
 * grains: few labels for most questions, all of them for the others; labels that a grain does not tell apart are null.
 * `cost_cursors.number` is the last line that is summed: lines behind it are read from the ledger itself. `cost_keys.id` are the
 * first 16 bytes of the SHA-256 over all labels.
 */
export const PlatformCostReports = migration(
  [
    `create table platform.cost_cursors (
      tenant_id uuid primary key,
      number bigint not null)`,
    `create table platform.cost_keys (
      tenant_id uuid not null,
      id uuid not null,
      grain smallint not null check (grain between 0 and 3),
      project_id uuid not null,
      operation text,
      provider text,
      model text,
      subject_type text,
      kind text not null,
      priced boolean not null,
      cache_hit boolean,
      local boolean,
      user_id text,
      agent_id text,
      api_key_id uuid,
      session_id text,
      trigger_id text,
      run_id text,
      primary key (tenant_id, grain, id))`,
    `create table platform.cost_rollups (
      tenant_id uuid not null,
      grain smallint not null,
      unit smallint not null check (unit in (15, 60, 1440)),
      starts_at timestamptz not null,
      key_id uuid not null,
      cost_nano bigint not null,
      saved_nano bigint not null,
      input_tokens bigint not null,
      output_tokens bigint not null,
      calls bigint not null,
      unpriced_calls bigint not null,
      primary key (tenant_id, grain, unit, starts_at, key_id))`,
    'create index ledger_step on platform.ledger (tenant_id, step_id) where step_id is not null',
    ...tenantWall('platform.cost_cursors'),
    ...tenantWall('platform.cost_keys'),
    ...tenantWall('platform.cost_rollups'),
    'grant select, insert, update on platform.cost_cursors to rae_app',
    'grant select, insert on platform.cost_keys to rae_app',
    'grant select, insert, update on platform.cost_rollups to rae_app',
    ...workerReads('platform.cost_cursors'),
    // How many lines there are tells which ledgers are to be summed.
    'create policy worker_reads on platform.ledger_heads for select to rae_worker using (true)',
    'grant select (tenant_id, number) on platform.ledger_heads to rae_worker',
  ],
  [
    'revoke select (tenant_id, number) on platform.ledger_heads from rae_worker',
    'drop policy worker_reads on platform.ledger_heads',
    'drop index platform.ledger_step',
    'drop table platform.cost_rollups',
    'drop table platform.cost_keys',
    'drop table platform.cost_cursors',
  ],
);
