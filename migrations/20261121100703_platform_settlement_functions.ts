import { migration } from './sql.ts';

/** Windows by budget and start in milliseconds, as the counters in Redis are named. */
const windowNames = `create function platform.window_names(ids uuid[], starts timestamptz[]) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(k.id || ':' || (extract(epoch from k.starts) * 1000)::bigint order by k.n), '[]')
  from unnest(ids, starts) with ordinality as k(id, starts, n) $$`;

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
  l := jsonb_populate_record(null::platform.ledger, to_jsonb(r) || (ask->'line'));
  l.kind := 'CALL';
  l.calls := 1;
  l.reservation_id := r.id;
  l.occurred_at := r.created_at;
  l.created_at := at;
  if expire then
    l.input_tokens := r.input_tokens;
    l.cost_nano := r.input_nano;
  end if;
  l.priced := l.cost_nano is not null;
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
const book = `create function platform.book(ask jsonb) returns jsonb language plpgsql as $$
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
  [windowNames, settle, release, book],
  [
    'drop function platform.book',
    'drop function platform.release',
    'drop function platform.settle',
    'drop function platform.window_names',
  ],
);
