import { migration, PLANNED_ONCE } from './sql.ts';

/** Everything that calls are priced and admitted by has one version per tenant, so that what is kept of it is known to be right. */
const bumpVersion = `create function platform.bump_metering_version() returns trigger language plpgsql as $$
begin
  insert into platform.tenant_settings as s (tenant_id, metering_version) values (coalesce(new.tenant_id, old.tenant_id), 1)
    on conflict (tenant_id) do update set metering_version = s.metering_version + 1;
  return null;
end $$`;

/** Budgets of the given scopes with their limits in force at \`at\`, raises included. */
const coveringBudgets = `create function platform.covering_budgets(tenant uuid, scopes text[], scope_ids text[], at timestamptz)
  returns table (id uuid, scope text, scope_id text, budget_window text, action text, downgrade_to text, downgrade_at float8,
    limit_nano bigint, limit_tokens bigint, time_zone text, week_starts_on smallint, month_starts_on smallint) language sql stable as $$
  select g.id, g.scope, g.scope_id, g.budget_window, g.action, g.downgrade_to, g.downgrade_at,
    g.limit_nano + case when g.raise_until > at then g.raise_nano else 0 end,
    g.limit_tokens + case when g.raise_until > at then g.raise_tokens else 0 end, g.time_zone, g.week_starts_on, g.month_starts_on
  from unnest(scopes, scope_ids) as k(scope, scope_id)
    join platform.budgets g on g.tenant_id = tenant and g.scope = k.scope and g.scope_id = k.scope_id $$`;

/** Those of them without a row for the window that \`at\` lies in; null: none. Which window that is, the calendar says (windows.ts). */
const missingWindows = `create function platform.missing_windows(tenant uuid, scopes text[], scope_ids text[], at timestamptz)
  returns jsonb language sql stable as $$
  select jsonb_agg(jsonb_build_object('id', g.id, 'window', g.budget_window, 'timeZone', g.time_zone, 'weekStartsOn', g.week_starts_on,
    'monthStartsOn', g.month_starts_on)) from platform.covering_budgets(tenant, scopes, scope_ids, at) g
  where not exists (select from platform.budget_windows w
    where w.tenant_id = tenant and w.budget_id = g.id and w.starts_at <= at and w.ends_at > at) $$`;

/**
 * Books on windows, locked in the order of their ids, and tells what that reaches: each threshold once a window, and that the
 * limit is passed, once. Windows of deleted budgets are passed over. about: see note_event; seen: what the events also say.
 */
const charge = `create function platform.charge(tenant uuid, ids uuid[], starts timestamptz[], cost bigint, tokens bigint, freed_nano bigint,
    freed_tokens bigint, unpriced int, about jsonb, at timestamptz, seen jsonb) returns jsonb language plpgsql as $$
declare b record; reached float8[]; over boolean; reach float8; says jsonb; told jsonb := '[]';
begin
  for b in
    select w.budget_id, w.starts_at, w.ends_at, w.used_nano + cost as used_nano, w.used_tokens + tokens as used_tokens, w.told, w.exceeded,
      g.scope, g.scope_id, g.budget_window, g.thresholds,
      g.limit_nano + case when g.raise_until > at then g.raise_nano else 0 end as limit_nano,
      g.limit_tokens + case when g.raise_until > at then g.raise_tokens else 0 end as limit_tokens
    from platform.budget_windows w join platform.budgets g on g.tenant_id = tenant and g.id = w.budget_id
    where w.tenant_id = tenant and (w.budget_id, w.starts_at) in (select * from unnest(ids, starts))
    order by w.budget_id, w.starts_at for update of w
  loop
    reached := array(select t from unnest(b.thresholds) t where not t = any(b.told)
      and (b.used_nano >= b.limit_nano * t::numeric or b.used_tokens >= b.limit_tokens * t::numeric) order by t);
    over := not b.exceeded and (coalesce(b.used_nano > b.limit_nano, false) or coalesce(b.used_tokens > b.limit_tokens, false));
    update platform.budget_windows set used_nano = b.used_nano, used_tokens = b.used_tokens, reserved_nano = reserved_nano - freed_nano,
      reserved_tokens = reserved_tokens - freed_tokens, unpriced_calls = unpriced_calls + unpriced, told = b.told || reached,
      exceeded = exceeded or over, limit_nano = b.limit_nano, limit_tokens = b.limit_tokens
      where tenant_id = tenant and budget_id = b.budget_id and starts_at = b.starts_at;
    if over or reached <> '{}' then
      says := seen || jsonb_build_object('budgetId', b.budget_id, 'scope', b.scope, 'scopeId', b.scope_id, 'window', b.budget_window,
        'startsAt', platform.iso(b.starts_at), 'resetsAt', platform.iso(b.ends_at), 'usedUsd', platform.usd(b.used_nano), 'limitUsd', platform.usd(b.limit_nano),
        'usedTokens', b.used_tokens, 'limitTokens', b.limit_tokens);
      foreach reach in array reached loop
        told := told || jsonb_build_array(jsonb_build_object('type', 'budget.threshold_reached') || says || jsonb_build_object('threshold', reach));
      end loop;
      if over then told := told || jsonb_build_array(jsonb_build_object('type', 'budget.exceeded') || says); end if;
    end if;
  end loop;
  perform platform.note_event(tenant, about, at, one->>'type', case when one->>'scope' <> 'TENANT' then (seen->>'projectId')::uuid end,
    one->>'budgetId', one - 'type') from jsonb_array_elements(told) one;
  return told;
end $$`;

/**
 * One admission, decided by Postgres: see packages/metering/src/queries/reserve.ts for what goes in and comes out. The windows of
 * all covering budgets are locked in the order of their ids, looked at, and charged together or not at all.
 */
const reserve = `create function platform.reserve(ask jsonb) returns jsonb language plpgsql as $$
declare
  r platform.reservations := jsonb_populate_record(null::platform.reservations, ask);
  scopes text[] := array(select jsonb_array_elements_text(ask->'scopes'));
  scope_ids text[] := array(select jsonb_array_elements_text(ask->'scope_ids'));
  seen record; b record; says jsonb; cheaper jsonb; full_one jsonb; priceless jsonb; over boolean;
begin
  perform pg_advisory_xact_lock_shared(7245010);
  select a.mode, a.epoch, coalesce(s.metering_version, 0) as version, coalesce(s.unpriced_policy, 'DEFAULT') as policy into seen
    from platform.admission a left join platform.tenant_settings s on s.tenant_id = r.tenant_id;
  if seen.mode <> 'POSTGRES' then return jsonb_build_object('outcome', 'MODE', 'mode', seen.mode, 'epoch', seen.epoch); end if;
  if seen.version <> (ask->>'version')::bigint then return jsonb_build_object('outcome', 'STALE'); end if;
  if r.amount_nano is null and seen.policy = 'REFUSE' then return jsonb_build_object('outcome', 'UNPRICED'); end if;
  if r.amount_nano is null and seen.policy = 'FALLBACK' then return jsonb_build_object('outcome', 'FALLBACK'); end if;
  says := platform.missing_windows(r.tenant_id, scopes, scope_ids, r.created_at);
  if says is not null then return jsonb_build_object('outcome', 'WINDOWS', 'budgets', says); end if;
  r.epoch := seen.epoch;
  r.budget_ids := '{}';
  r.window_starts := '{}';
  for b in
    select g.*, w.starts_at, w.ends_at, w.used_nano, w.used_tokens, w.reserved_nano, w.reserved_tokens, w.used_nano + w.reserved_nano as taken_nano,
      w.used_tokens + w.reserved_tokens as taken_tokens
    from platform.covering_budgets(r.tenant_id, scopes, scope_ids, r.created_at) g join platform.budget_windows w
      on w.tenant_id = r.tenant_id and w.budget_id = g.id and w.starts_at <= r.created_at and w.ends_at > r.created_at
    order by w.budget_id, w.starts_at for update of w
  loop
    r.budget_ids := r.budget_ids || b.id;
    r.window_starts := r.window_starts || b.starts_at;
    continue when b.action = 'ALERT';
    over := coalesce(b.taken_nano + r.amount_nano > b.limit_nano, false) or coalesce(b.taken_tokens + r.amount_tokens > b.limit_tokens, false);
    says := jsonb_build_object('budgetId', b.id, 'scope', b.scope, 'scopeId', b.scope_id, 'window', b.budget_window, 'startsAt', platform.iso(b.starts_at),
      'resetsAt', platform.iso(b.ends_at), 'limitNano', b.limit_nano::text, 'usedNano', b.used_nano::text, 'reservedNano', b.reserved_nano::text,
      'limitTokens', b.limit_tokens, 'usedTokens', b.used_tokens, 'reservedTokens', b.reserved_tokens);
    if b.action = 'DOWNGRADE' and jsonb_typeof(ask->'tried') = 'array' and not (ask->'tried') ? b.downgrade_to and (over
      or coalesce(b.taken_nano >= b.limit_nano * b.downgrade_at::numeric, false) or coalesce(b.taken_tokens >= b.limit_tokens * b.downgrade_at::numeric, false))
    then cheaper := coalesce(cheaper, says || jsonb_build_object('outcome', 'DOWNGRADE', 'model', b.downgrade_to));
    elsif over then full_one := coalesce(full_one, says || jsonb_build_object('outcome', 'EXCEEDED'));
    elsif r.amount_nano is null and b.limit_nano is not null and seen.policy = 'DEFAULT'
    then priceless := coalesce(priceless, jsonb_build_object('outcome', 'UNPRICED', 'budget', says));
    end if;
  end loop;
  says := coalesce(cheaper, full_one, priceless);
  if says is not null then return says; end if;
  update platform.budget_windows w set reserved_nano = reserved_nano + coalesce(r.amount_nano, 0), reserved_tokens = reserved_tokens + r.amount_tokens
    from unnest(r.budget_ids, r.window_starts) as k(id, starts) where w.tenant_id = r.tenant_id and w.budget_id = k.id and w.starts_at = k.starts;
  insert into platform.reservations select r.*;
  return jsonb_build_object('outcome', 'HELD');
end $$`;

/**
 * Admissions of one tenant, decided together and answered in their order. Their windows are locked first, in the order of their
 * ids. Where all of them fit, and no cheaper model and no unknown price is to be thought of, each table is written once; otherwise
 * they are decided one after the other.
 */
const reserveAll = `create function platform.reserve_all(asks jsonb) returns jsonb language plpgsql ${PLANNED_ONCE} as $$
declare
  tenant uuid := (asks->0->>'tenant_id')::uuid;
  seen record; ask jsonb; r platform.reservations; plain boolean; missing boolean; sums record; holds platform.reservations[] := '{}';
begin
  perform pg_advisory_xact_lock_shared(7245010);
  select a.mode, a.epoch, coalesce(s.metering_version, 0) as version into seen
    from platform.admission a left join platform.tenant_settings s on s.tenant_id = tenant;
  plain := seen.mode = 'POSTGRES';
  for ask in select e from jsonb_array_elements(asks) e loop
    r := jsonb_populate_record(null::platform.reservations, ask);
    select coalesce(array_agg(g.id order by g.id), '{}'), coalesce(array_agg(w.starts_at order by g.id), '{}'), coalesce(bool_or(w.starts_at is null), false)
      into r.budget_ids, r.window_starts, missing
      from unnest(array(select jsonb_array_elements_text(ask->'scopes')), array(select jsonb_array_elements_text(ask->'scope_ids'))) as k(scope, scope_id)
        join platform.budgets g on g.tenant_id = tenant and g.scope = k.scope and g.scope_id = k.scope_id
        left join platform.budget_windows w on w.tenant_id = tenant and w.budget_id = g.id and w.starts_at <= r.created_at and w.ends_at > r.created_at;
    plain := plain and not missing and r.amount_nano is not null and (ask->>'version')::bigint = seen.version;
    r.epoch := seen.epoch;
    holds := holds || r;
  end loop;
  select array_agg(c.id) as ids, array_agg(c.starts) as starts, array_agg(c.nano) as nano, array_agg(c.tokens) as tokens, bool_and(c.fits) as fit
    into sums from (
      select k.id, k.starts, k.nano, k.tokens, g.action = 'ALERT' or coalesce(i.nano <= i.limit_nano, true) and coalesce(i.tokens <= i.limit_tokens, true)
        and (g.action = 'BLOCK' or coalesce(i.nano < i.limit_nano * g.downgrade_at::numeric, true)
          and coalesce(i.tokens < i.limit_tokens * g.downgrade_at::numeric, true)) as fits
      from (select u.id, u.starts, max(h.created_at) as at, sum(h.amount_nano)::bigint as nano, sum(h.amount_tokens)::bigint as tokens
          from unnest(holds) h, unnest(h.budget_ids, h.window_starts) as u(id, starts) group by 1, 2) k
        join platform.budget_windows w on w.tenant_id = tenant and w.budget_id = k.id and w.starts_at = k.starts
        join platform.budgets g on g.tenant_id = tenant and g.id = k.id
        cross join lateral (select w.used_nano + w.reserved_nano + k.nano as nano, w.used_tokens + w.reserved_tokens + k.tokens as tokens,
          g.limit_nano + case when g.raise_until > k.at then g.raise_nano else 0 end as limit_nano,
          g.limit_tokens + case when g.raise_until > k.at then g.raise_tokens else 0 end as limit_tokens) i
      order by w.budget_id, w.starts_at for update of w) c;
  if not plain or not sums.fit then
    return (select jsonb_agg(platform.reserve(e) order by n) from jsonb_array_elements(asks) with ordinality as o(e, n));
  end if;
  update platform.budget_windows w set reserved_nano = reserved_nano + k.nano, reserved_tokens = reserved_tokens + k.tokens
    from unnest(sums.ids, sums.starts, sums.nano, sums.tokens) as k(id, starts, nano, tokens)
    where w.tenant_id = tenant and w.budget_id = k.id and w.starts_at = k.starts;
  insert into platform.reservations select * from unnest(holds);
  return (select jsonb_agg(jsonb_build_object('outcome', 'HELD')) from unnest(holds));
end $$`;

/** The bumpers come after the rows are there: whoever reads a version reads what belongs to it, or less. */
const TRIGGERS = ['budgets', 'model_prices'];

export const PlatformAdmissionFunctions = migration(
  [
    bumpVersion,
    ...TRIGGERS.map(
      (table) =>
        `create trigger bump_version after insert or update or delete on platform.${table}
          for each row execute function platform.bump_metering_version()`,
    ),
    coveringBudgets,
    missingWindows,
    charge,
    reserve,
    reserveAll,
  ],
  [
    'drop function platform.reserve_all',
    'drop function platform.reserve',
    'drop function platform.charge',
    'drop function platform.missing_windows',
    'drop function platform.covering_budgets',
    ...TRIGGERS.map((table) => `drop trigger bump_version on platform.${table}`),
    'drop function platform.bump_metering_version',
  ],
);
