import { migration, PLANNED_ONCE } from './sql.ts';

/**
 * Admissions of one tenant that Redis decided, made durable and answered in their order, each unless another side admits by now or
 * it was priced by old prices: see packages/metering/src/queries/admit.ts.
 */
const admitAll = `create function platform.admit_all(asks jsonb) returns jsonb language plpgsql ${PLANNED_ONCE} as $$
declare tenant uuid := (asks->0->>'tenant_id')::uuid; seen record;
begin
  perform pg_advisory_xact_lock_shared(7245010);
  select a.mode, a.epoch, coalesce(s.metering_version, 0) as version into seen
    from platform.admission a left join platform.tenant_settings s on s.tenant_id = tenant;
  insert into platform.reservations select r.* from jsonb_array_elements(asks) e, jsonb_populate_record(null::platform.reservations, e) r
    where seen.mode = 'REDIS' and r.epoch = seen.epoch and (e->>'version')::bigint = seen.version;
  return (select jsonb_agg(
    case when seen.mode <> 'REDIS' or (e->>'epoch')::bigint <> seen.epoch
      then jsonb_build_object('outcome', 'MODE', 'mode', seen.mode, 'epoch', seen.epoch)
    when (e->>'version')::bigint <> seen.version then jsonb_build_object('outcome', 'STALE')
    else jsonb_build_object('outcome', 'HELD') end order by n) from jsonb_array_elements(asks) with ordinality as o(e, n));
end $$`;

/**
 * Another side admits from now on, under a new epoch; no admission is under way meanwhile. What Postgres holds is counted anew
 * from the reservations. Of several that change the same epoch the first does, and all are told how it is now.
 */
const change = `create function platform.change_admission(to_mode text, of_epoch bigint, at timestamptz) returns jsonb
  language plpgsql security definer set search_path = pg_catalog as $$
declare now_is platform.admission;
begin
  perform pg_advisory_xact_lock(7245010);
  select * into now_is from platform.admission;
  if now_is.epoch = of_epoch and now_is.mode <> to_mode then
    update platform.admission set mode = to_mode, epoch = epoch + 1, changed_at = at returning * into now_is;
    update platform.budget_windows set reserved_nano = 0, reserved_tokens = 0 where reserved_nano <> 0 or reserved_tokens <> 0;
    if to_mode = 'POSTGRES' then
      update platform.budget_windows w set reserved_nano = h.nano, reserved_tokens = h.tokens
        from (select r.tenant_id, k.id, k.starts, coalesce(sum(r.amount_nano), 0) as nano, sum(r.amount_tokens) as tokens
          from platform.reservations r, unnest(r.budget_ids, r.window_starts) as k(id, starts) where r.status = 'HELD' group by 1, 2, 3) h
        where w.tenant_id = h.tenant_id and w.budget_id = h.id and w.starts_at = h.starts;
    end if;
  end if;
  return jsonb_build_object('mode', now_is.mode, 'epoch', now_is.epoch,
    'space', now_is.space || ':' || (select epoch from platform.event_log), 'changedAt', platform.iso(now_is.changed_at));
end $$`;

/** Who admits, and how that changes: Redis where it is there, Postgres when it is lost. */
export const PlatformAdmissionChange = migration(
  [
    admitAll,
    change,
    'create policy owner_counts on platform.budget_windows to rae_owner using (true) with check (true)',
    'create policy owner_counts on platform.reservations for select to rae_owner using (true)',
    'revoke execute on function platform.change_admission from public',
    'grant execute on function platform.change_admission to rae_worker',
  ],
  [
    'drop policy owner_counts on platform.reservations',
    'drop policy owner_counts on platform.budget_windows',
    'drop function platform.change_admission',
    'drop function platform.admit_all',
  ],
);
