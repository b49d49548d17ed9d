import { migration, PLANNED_ONCE } from './sql.ts';

/** Windows by budget and start in milliseconds, as the counters in Redis are named. In plpgsql, which keeps its plan. */
const windowNames = `create function platform.window_names(ids uuid[], starts timestamptz[]) returns jsonb language plpgsql stable as $$
begin
  return (select coalesce(jsonb_agg(k.id || ':' || (extract(epoch from k.starts) * 1000)::bigint order by k.n), '[]')
    from unnest(ids, starts) with ordinality as k(id, starts, n));
end $$`;

/** The line of a hold at what was used: who paid and what for the hold says, the rest \`used\`. */
const lineOf = `create function platform.line_of(r platform.reservations, used jsonb, at timestamptz) returns platform.ledger language plpgsql as $$
declare l platform.ledger := jsonb_populate_record(null::platform.ledger, used);
begin
  l.tenant_id := r.tenant_id;
  l.kind := 'CALL';
  l.project_id := r.project_id;
  l.user_id := r.user_id;
  l.agent_id := r.agent_id;
  l.session_id := r.session_id;
  l.api_key_id := r.api_key_id;
  l.trigger_id := r.trigger_id;
  l.execution_id := r.execution_id;
  l.run_id := r.run_id;
  l.step_id := r.step_id;
  l.subject_type := r.subject_type;
  l.subject_id := r.subject_id;
  l.operation := r.operation;
  l.reservation_id := r.id;
  l.provider := r.provider;
  l.model := r.model;
  l.calls := 1;
  l.priced := l.cost_nano is not null;
  l.price := r.price;
  l.occurred_at := r.created_at;
  l.created_at := at;
  return l;
end $$`;

/**
 * Turns a hold into its ledger line, once: see packages/metering/src/queries/settle.ts. With \`expire\` it books the input that was
 * held for, of a hold whose lease has passed; a settlement after that adds an ADJUSTMENT of the difference.
 */
const settle = `create function platform.settle(ask jsonb) returns jsonb language plpgsql as $$
declare
  tenant uuid := (ask->>'tenantId')::uuid;
  at timestamptz := (ask->>'at')::timestamptz;
  expire boolean := coalesce((ask->>'expire')::boolean, false);
  admitted_by text; r platform.reservations; l platform.ledger; booked platform.ledger; told jsonb; held boolean;
begin
  perform pg_advisory_xact_lock_shared(7245010);
  select mode into admitted_by from platform.admission;
  select * into r from platform.reservations where tenant_id = tenant and id = (ask->>'id')::uuid for update;
  if not found or r.project_id <> (ask->>'projectId')::uuid then return jsonb_build_object('outcome', 'NOT_FOUND'); end if;
  if expire and (r.status <> 'HELD' or r.expires_at > at) then return jsonb_build_object('outcome', 'GONE'); end if;
  if r.status = 'RELEASED' then return jsonb_build_object('outcome', 'RELEASED'); end if;
  if r.status = 'SETTLED' then
    return jsonb_build_object('outcome', case when r.usage = ask->'usage' then 'REPEATED' else 'OTHER' end, 'ledgerId', r.ledger_id);
  end if;
  held := r.status = 'HELD';
  l := platform.line_of(r, ask->'line', at);
  if expire then
    l.input_tokens := r.input_tokens;
    l.cost_nano := r.input_nano;
    l.priced := l.cost_nano is not null;
  end if;
  if not held then
    select * into booked from platform.ledger where tenant_id = tenant and id = r.ledger_id;
    l.kind := 'ADJUSTMENT';
    l.adjusts := booked.id;
    l.calls := 0;
    l.input_tokens := l.input_tokens - booked.input_tokens;
    l.output_tokens := l.output_tokens - booked.output_tokens;
    l.cached_input_tokens := l.cached_input_tokens - booked.cached_input_tokens;
    l.cache_write_tokens := l.cache_write_tokens - booked.cache_write_tokens;
    l.reasoning_tokens := l.reasoning_tokens - booked.reasoning_tokens;
    l.cost_nano := l.cost_nano - coalesce((select sum(cost_nano) from platform.ledger
      where tenant_id = tenant and (id = booked.id or adjusts = booked.id)), 0)::bigint;
  end if;
  update platform.reservations set status = case when expire then 'EXPIRED' else 'SETTLED' end, settled_at = at, ledger_id = l.id,
    usage = case when expire then null else ask->'usage' end where tenant_id = tenant and id = r.id;
  told := platform.charge(tenant, r.budget_ids, r.window_starts, coalesce(l.cost_nano, 0), l.input_tokens + l.output_tokens,
    case when held and admitted_by = 'POSTGRES' then coalesce(r.amount_nano, 0) else 0 end,
    case when held and admitted_by = 'POSTGRES' then r.amount_tokens else 0 end,
    case when l.priced or l.kind = 'ADJUSTMENT' then 0 else 1 end, ask->'about', at,
    jsonb_build_object('projectId', r.project_id, 'agentId', r.agent_id, 'model', r.provider || '/' || r.model));
  l := platform.write_line(l, r.subjects, ask->'about');
  return jsonb_build_object('outcome', 'BOOKED', 'ledgerId', l.id, 'kind', l.kind, 'provider', l.provider, 'model', l.model, 'calls', l.calls,
    'inputTokens', l.input_tokens, 'outputTokens', l.output_tokens, 'costNano', l.cost_nano::text, 'told', told,
    'windows', platform.window_names(r.budget_ids, r.window_starts));
end $$`;

/**
 * Settles several holds of one tenant together, answered in their order: \`settlements\` are what platform.settle takes, without
 * what they share. All that is locked is locked before the head, in the order in which others lock it. Where nothing but sums
 * changes, which is nearly always, each table is written once; otherwise they go one after the other.
 */
const settleAll = `create function platform.settle_all(ask jsonb) returns jsonb language plpgsql ${PLANNED_ONCE} as $$
declare
  tenant uuid := (ask->>'tenantId')::uuid;
  at timestamptz := (ask->>'at')::timestamptz;
  admitted_by text; s jsonb; r platform.reservations; plain boolean := true; sums record;
  holds platform.reservations[] := '{}'; lines platform.ledger[] := '{}'; asked jsonb[] := '{}';
begin
  perform pg_advisory_xact_lock_shared(7245010);
  select mode into admitted_by from platform.admission;
  for s in select e from jsonb_array_elements(ask->'settlements') e order by e->>'id' loop
    select * into r from platform.reservations where tenant_id = tenant and id = (s->>'id')::uuid for update;
    plain := plain and found and r.status = 'HELD' and not (s->>'expire')::boolean and coalesce(r.project_id = (s->>'projectId')::uuid, true)
      and coalesce(r.id <> holds[cardinality(holds)].id, true);
    continue when not found;
    holds := holds || r;
    lines := lines || platform.line_of(r, s->'line', at);
    asked := asked || s;
  end loop;
  select array_agg(c.id) as ids, array_agg(c.starts) as starts, array_agg(c.cost) as costs, array_agg(c.tokens) as tokens,
      array_agg(c.freed_nano) as freed_nano, array_agg(c.freed_tokens) as freed_tokens, array_agg(c.unpriced) as unpriced, bool_or(c.tips) as tips
    into sums from (
      select k.*, exists (select from unnest(g.thresholds) t where not t = any(w.told)
          and (w.used_nano + k.cost >= i.limit_nano * t::numeric or w.used_tokens + k.tokens >= i.limit_tokens * t::numeric))
        or not w.exceeded and (coalesce(w.used_nano + k.cost > i.limit_nano, false) or coalesce(w.used_tokens + k.tokens > i.limit_tokens, false)) as tips
      from (
        select u.id, u.starts, sum(coalesce(l.cost_nano, 0))::bigint as cost, sum(l.input_tokens + l.output_tokens)::bigint as tokens,
            sum(coalesce(h.amount_nano, 0))::bigint as freed_nano, sum(h.amount_tokens)::bigint as freed_tokens,
            (count(*) filter (where not l.priced))::int as unpriced
          from unnest(lines) l join unnest(holds) h on h.id = l.reservation_id, unnest(h.budget_ids, h.window_starts) as u(id, starts)
          group by 1, 2) k
        join platform.budget_windows w on w.tenant_id = tenant and w.budget_id = k.id and w.starts_at = k.starts
        join platform.budgets g on g.tenant_id = tenant and g.id = k.id
        cross join lateral (select g.limit_nano + case when g.raise_until > at then g.raise_nano else 0 end as limit_nano,
          g.limit_tokens + case when g.raise_until > at then g.raise_tokens else 0 end as limit_tokens) i
      order by w.budget_id, w.starts_at for update of w) c;
  if not plain or sums.tips then
    return (select jsonb_agg(platform.settle(ask - 'settlements' || e) order by n)
      from jsonb_array_elements(ask->'settlements') with ordinality as o(e, n));
  end if;
  update platform.budget_windows w set used_nano = used_nano + k.cost, used_tokens = used_tokens + k.tokens, unpriced_calls = unpriced_calls + k.unpriced,
      reserved_nano = reserved_nano - case when admitted_by = 'POSTGRES' then k.freed_nano else 0 end,
      reserved_tokens = reserved_tokens - case when admitted_by = 'POSTGRES' then k.freed_tokens else 0 end,
      limit_nano = g.limit_nano + case when g.raise_until > at then g.raise_nano else 0 end,
      limit_tokens = g.limit_tokens + case when g.raise_until > at then g.raise_tokens else 0 end
    from unnest(sums.ids, sums.starts, sums.costs, sums.tokens, sums.freed_nano, sums.freed_tokens, sums.unpriced)
        as k(id, starts, cost, tokens, freed_nano, freed_tokens, unpriced) join platform.budgets g on g.tenant_id = tenant and g.id = k.id
    where w.tenant_id = tenant and w.budget_id = k.id and w.starts_at = k.starts;
  for n in 1 .. cardinality(lines) loop
    update platform.reservations set status = 'SETTLED', settled_at = at, ledger_id = lines[n].id, usage = asked[n]->'usage'
      where tenant_id = tenant and id = holds[n].id; -- one by one: a join would read all that the tenant ever held
  end loop;
  lines := platform.write_lines(lines, array(select h.subjects from unnest(holds) h), array(select e->'about' from unnest(asked) e));
  return (select jsonb_agg(jsonb_build_object('outcome', 'BOOKED', 'ledgerId', l.id, 'kind', l.kind, 'provider', l.provider, 'model', l.model,
      'calls', l.calls, 'inputTokens', l.input_tokens, 'outputTokens', l.output_tokens, 'costNano', l.cost_nano::text, 'told', jsonb_build_array(),
      'windows', case when admitted_by = 'REDIS' then platform.window_names(h.budget_ids, h.window_starts) else '[]' end) order by o.n)
    from jsonb_array_elements(ask->'settlements') with ordinality as o(e, n) join unnest(lines) l on l.reservation_id = (o.e->>'id')::uuid
      join unnest(holds) h on h.id = l.reservation_id);
end $$`;

const release = `create function platform.release(tenant uuid, project uuid, reservation uuid, at timestamptz) returns jsonb language plpgsql as $$
declare admitted_by text; r platform.reservations;
begin
  perform pg_advisory_xact_lock_shared(7245010);
  select mode into admitted_by from platform.admission;
  select * into r from platform.reservations where tenant_id = tenant and id = reservation for update;
  if not found or r.project_id <> project then return jsonb_build_object('status', 'NOT_FOUND'); end if;
  if r.status <> 'HELD' then return jsonb_build_object('status', r.status); end if;
  update platform.reservations set status = 'RELEASED', settled_at = at where tenant_id = tenant and id = reservation;
  if admitted_by = 'POSTGRES' then
    perform 1 from platform.budget_windows w where w.tenant_id = tenant
      and (w.budget_id, w.starts_at) in (select * from unnest(r.budget_ids, r.window_starts)) order by w.budget_id, w.starts_at for update;
    update platform.budget_windows w set reserved_nano = reserved_nano - coalesce(r.amount_nano, 0), reserved_tokens = reserved_tokens - r.amount_tokens
      from unnest(r.budget_ids, r.window_starts) as k(id, starts) where w.tenant_id = tenant and w.budget_id = k.id and w.starts_at = k.starts;
  end if;
  return jsonb_build_object('status', 'FREED', 'windows', platform.window_names(r.budget_ids, r.window_starts));
end $$`;

/** Books a call that nobody held money for, in full, in the windows that it happened in: see queries/book.ts. */
const book = `create function platform.book(ask jsonb) returns jsonb language plpgsql ${PLANNED_ONCE} as $$
declare
  l platform.ledger := jsonb_populate_record(null::platform.ledger, ask->'line');
  scopes text[] := array(select jsonb_array_elements_text(ask->'scopes'));
  scope_ids text[] := array(select jsonb_array_elements_text(ask->'scopeIds'));
  missing jsonb; ids uuid[]; starts timestamptz[]; told jsonb; fallback boolean;
begin
  perform pg_advisory_xact_lock_shared(7245010);
  select unpriced_policy = 'FALLBACK' into fallback from platform.tenant_settings where tenant_id = l.tenant_id;
  if l.cost_nano is null and fallback then return jsonb_build_object('outcome', 'FALLBACK'); end if;
  missing := platform.missing_windows(l.tenant_id, scopes, scope_ids, l.occurred_at);
  if missing is not null then return jsonb_build_object('outcome', 'WINDOWS', 'budgets', missing); end if;
  select array_agg(g.id), array_agg(w.starts_at) into ids, starts
    from platform.covering_budgets(l.tenant_id, scopes, scope_ids, l.occurred_at) g join platform.budget_windows w
      on w.tenant_id = l.tenant_id and w.budget_id = g.id and w.starts_at <= l.occurred_at and w.ends_at > l.occurred_at;
  l.priced := l.cost_nano is not null;
  told := platform.charge(l.tenant_id, ids, starts, coalesce(l.cost_nano, 0), l.input_tokens + l.output_tokens, 0, 0,
    case when l.priced then 0 else l.calls end, ask->'about', l.created_at,
    jsonb_build_object('projectId', l.project_id, 'agentId', l.agent_id, 'model', l.provider || '/' || l.model));
  l := platform.write_line(l, ask->'subjects', ask->'about');
  return jsonb_build_object('outcome', 'BOOKED', 'ledgerId', l.id, 'kind', l.kind, 'provider', l.provider, 'model', l.model, 'calls', l.calls,
    'inputTokens', l.input_tokens, 'outputTokens', l.output_tokens, 'costNano', l.cost_nano::text, 'told', told);
end $$`;

/** Settling, releasing and booking: one statement each, so that a call costs one wait. */
export const PlatformSettlementFunctions = migration(
  [windowNames, lineOf, settle, settleAll, release, book],
  [
    'drop function platform.book',
    'drop function platform.release',
    'drop function platform.settle_all',
    'drop function platform.settle',
    'drop function platform.line_of',
    'drop function platform.window_names',
  ],
);
