import { migration, tenantWall, workerReads } from './sql.ts';

/**
 * Dropping a day moves the floor to its last position: whoever resumes from before it is told CURSOR_EXPIRED. Rows of such
 * days that were left in the DEFAULT partition go as well.
 */
const dropDays = `create function platform.drop_event_days(before date) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare day record; last record; dropped int := 0;
begin
  perform pg_advisory_xact_lock(7245003);
  for day in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'platform.events'::regclass and c.relname ~ '^events_\\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < before order by c.relname
  loop
    execute format('select epoch, tx, seq from platform.%I order by epoch desc, tx desc, seq desc limit 1', day.relname) into last;
    if last.epoch is not null then
      update platform.event_log set floor_epoch = last.epoch, floor_tx = last.tx, floor_seq = last.seq
        where (floor_epoch, floor_tx, floor_seq) < (last.epoch, last.tx, last.seq);
    end if;
    execute format('drop table platform.%I', day.relname);
    dropped := dropped + 1;
  end loop;
  with gone as (
    delete from platform.events_default where recorded_at < before::timestamp at time zone 'UTC' returning epoch, tx, seq)
  select epoch, tx, seq from gone order by epoch desc, tx desc, seq desc limit 1 into last;
  if last.epoch is not null then
    update platform.event_log set floor_epoch = last.epoch, floor_tx = last.tx, floor_seq = last.seq
      where (floor_epoch, floor_tx, floor_seq) < (last.epoch, last.tx, last.seq);
  end if;
  return dropped;
end $$`;

/**
 * A day whose rows already lie in the DEFAULT partition (the job was away) takes them over. The partition is locked as
 * attaching will lock it, so that no row of the day comes in between.
 */
const makeDays = `create function platform.make_event_days(first date, days int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare day date; name text; made int := 0;
begin
  perform pg_advisory_xact_lock(7245003); -- several processes start at once
  for day in select first + n from generate_series(0, days - 1) n loop
    name := 'events_' || to_char(day, 'YYYYMMDD');
    if to_regclass('platform.' || name) is null then
      -- the parent first: who was sent to DEFAULT before it, and waits for it alone, would come back when its day lies elsewhere, and be refused
      lock table only platform.events in access exclusive mode;
      lock table platform.events_default in access exclusive mode;
      execute format('create table platform.%I (like platform.events including defaults including constraints)', name);
      execute format('with moved as (delete from platform.events_default where recorded_at >= %L and recorded_at < %L returning *) insert into platform.%I select * from moved',
        day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC', name);
      execute format('alter table platform.events attach partition platform.%I for values from (%L) to (%L)',
        name, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
      made := made + 1;
    end if;
  end loop;
  return made;
end $$`;

export const PlatformEvents = migration(
  [
    `create table platform.event_log (
      one boolean primary key default true check (one),
      epoch int not null,
      system_id text not null,
      floor_epoch int not null default 0,
      floor_tx xid8 not null default '0',
      floor_seq bigint not null default 0)`,
    `insert into platform.event_log (epoch, system_id) values (1, '')`,
    'create sequence platform.event_seq',
    `create table platform.events (
      epoch int not null,
      tx xid8 not null default pg_current_xact_id(),
      seq bigint not null default nextval('platform.event_seq'),
      part smallint not null,
      id uuid not null,
      tenant_id uuid not null,
      project_id uuid,
      type text not null,
      source text not null,
      subject text,
      actor text not null,
      payload jsonb not null,
      tags text[] not null default '{}',
      traceparent text,
      causation_id uuid,
      depth smallint not null default 0,
      occurred_at timestamptz not null,
      recorded_at timestamptz not null default clock_timestamp()
    ) partition by range (recorded_at)`,
    'create table platform.events_default partition of platform.events default',
    'create index events_part on platform.events (part, epoch, tx, seq)',
    'create index events_tenant on platform.events (tenant_id, epoch, tx, seq)',
    `create table platform.event_cursors (
      consumer text not null,
      part smallint not null check (part between 0 and 15),
      epoch int not null,
      tx xid8 not null,
      seq bigint not null,
      touched_at timestamptz not null default now(),
      primary key (consumer, part))`,
    `create table platform.event_quarantine (
      consumer text not null,
      tenant_id uuid not null,
      event_id uuid not null,
      reason text not null,
      at timestamptz not null default now(),
      primary key (consumer, event_id))`,
    ...tenantWall('platform.events'),
    ...tenantWall('platform.event_quarantine'),
    ...workerReads('platform.events'),
    'grant select, insert on platform.events to rae_app',
    'grant usage on sequence platform.event_seq to rae_app',
    'grant select on platform.event_log to rae_app, rae_worker',
    'grant select, insert, update on platform.event_cursors to rae_worker',
    'grant insert on platform.event_quarantine to rae_app',
    ...workerReads('platform.event_quarantine'),
    makeDays,
    dropDays,
    'revoke execute on function platform.make_event_days, platform.drop_event_days from public',
    'grant execute on function platform.make_event_days, platform.drop_event_days to rae_worker',
  ],
  [
    'drop function platform.drop_event_days',
    'drop function platform.make_event_days',
    'drop table platform.event_quarantine',
    'drop table platform.event_cursors',
    'drop table platform.events',
    'drop sequence platform.event_seq',
    'drop table platform.event_log',
  ],
);
