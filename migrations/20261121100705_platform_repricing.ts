import { migration } from './sql.ts';

/**
 * Calls of a model since an instant with all that was booked on them so far, adjustments included; oldest first. LOCAL models
 * cost nothing and are not among them, and neither is what a cache answered.
 */
const calls = `create function platform.booked_calls(tenant uuid, of_provider text, of_model text, since timestamptz, after bigint, most int)
  returns table (number bigint, id uuid, occurred_at timestamptz, cost_nano bigint, input_tokens bigint, output_tokens bigint,
    cached_input_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint) language sql stable as $$
  select c.number, c.id, c.occurred_at,
    case when c.priced or count(a.cost_nano) > 0 then (coalesce(c.cost_nano, 0) + coalesce(sum(a.cost_nano), 0))::bigint end,
    (c.input_tokens + coalesce(sum(a.input_tokens), 0))::bigint, (c.output_tokens + coalesce(sum(a.output_tokens), 0))::bigint,
    (c.cached_input_tokens + coalesce(sum(a.cached_input_tokens), 0))::bigint, (c.cache_write_tokens + coalesce(sum(a.cache_write_tokens), 0))::bigint,
    (c.reasoning_tokens + coalesce(sum(a.reasoning_tokens), 0))::bigint
  from platform.ledger c left join platform.ledger a on a.tenant_id = c.tenant_id and a.adjusts = c.id
  where c.tenant_id = tenant and c.provider = of_provider and c.model = of_model and c.kind = 'CALL' and not c.cache_hit
    and c.occurred_at >= since and c.number > after and coalesce(c.price->>'origin', '') <> 'LOCAL'
  group by c.tenant_id, c.number order by c.number limit most $$`;

/**
 * The windows that a call counts in: those of its reservation, or of the budgets that cover whoever made it. A line names its user
 * and agent as the input did; the user and agent that its key is bound to paid as well, and a key's binding never changes.
 */
const windowsOf = `create function platform.windows_of(c platform.ledger) returns table (budget_id uuid, starts_at timestamptz) language sql stable as $$
  select u.budget_id, u.starts_at from platform.reservations r, unnest(r.budget_ids, r.window_starts) as u(budget_id, starts_at)
    where r.tenant_id = c.tenant_id and r.id = c.reservation_id
  union all
  select w.budget_id, w.starts_at
    from platform.budgets g join platform.budget_windows w on w.tenant_id = c.tenant_id and w.budget_id = g.id
      left join platform.api_keys k on k.tenant_id = c.tenant_id and k.id = c.api_key_id
    where c.reservation_id is null and g.tenant_id = c.tenant_id and w.starts_at <= c.occurred_at and w.ends_at > c.occurred_at
      and (g.scope, g.scope_id) in (('TENANT', c.tenant_id::text), ('PROJECT', c.project_id::text), ('USER', c.user_id),
        ('AGENT', c.agent_id), ('SESSION', c.session_id), ('API_KEY', c.api_key_id::text), ('USER', k.user_id), ('AGENT', k.agent_id)) $$`;

/**
 * Books the difference to a new price on the windows that the call counts in, and shares it out as the call was. Null: by now
 * something else is booked on the call than `bookedNano` says. Unpriced calls of those windows become fewer once they have a price.
 */
const adjust = `create function platform.adjust(ask jsonb) returns jsonb language plpgsql as $$
declare
  tenant uuid := (ask->>'tenantId')::uuid;
  at timestamptz := (ask->>'at')::timestamptz;
  c platform.ledger; l platform.ledger; ids uuid[]; starts timestamptz[]; told jsonb; of_subjects jsonb; booked numeric;
begin
  perform pg_advisory_xact_lock(7245011, hashtext(ask->>'adjusts'));
  select * into c from platform.ledger where tenant_id = tenant and id = (ask->>'adjusts')::uuid;
  select sum(a.cost_nano) into booked from platform.ledger a where a.tenant_id = tenant and (a.id = c.id or a.adjusts = c.id);
  if booked is distinct from (ask->>'bookedNano')::numeric then return null; end if;
  l := c;
  l.id := (ask->>'id')::uuid;
  l.kind := 'ADJUSTMENT';
  l.adjusts := c.id;
  l.calls := 0;
  l.input_tokens := 0;
  l.output_tokens := 0;
  l.cached_input_tokens := 0;
  l.cache_write_tokens := 0;
  l.reasoning_tokens := 0;
  l.priced := true;
  l.cost_nano := (ask->>'costNano')::bigint;
  l.price := ask->'price';
  l.saved_nano := 0;
  l.latency_ms := null;
  l.ttft_ms := null;
  l.trace_id := ask->>'traceId';
  l.created_at := at;
  select array_agg(w.budget_id), array_agg(w.starts_at) into ids, starts from platform.windows_of(c) w;
  told := platform.charge(tenant, ids, starts, l.cost_nano, 0, 0, 0, case when booked is null then -1 else 0 end, ask->'about', at,
    jsonb_build_object('projectId', c.project_id, 'agentId', c.agent_id, 'model', c.provider || '/' || c.model));
  select coalesce(jsonb_agg(jsonb_build_object('type', subject_type, 'id', subject_id, 'weight', weight) order by place), '[]') into of_subjects
    from platform.cost_shares where tenant_id = tenant and ledger_number = c.number;
  l := platform.write_line(l, of_subjects, ask->'about');
  return jsonb_build_object('ledgerId', l.id, 'kind', l.kind, 'provider', l.provider, 'model', l.model, 'calls', 0, 'inputTokens', 0, 'outputTokens', 0,
    'costNano', l.cost_nano::text, 'told', told);
end $$`;

/**
 * Adjusts many calls, in their order. All that is locked is locked before the first line, in the order in which others lock it:
 * whoever holds the chain's head waits for nothing, so that settlements beside it wait for the head alone.
 */
const adjustAll = `create function platform.adjust_all(ask jsonb) returns jsonb language plpgsql as $$
declare
  tenant uuid := (ask->>'tenantId')::uuid;
  shared jsonb := ask - 'adjustments';
  one jsonb; lines jsonb := '[]';
begin
  perform pg_advisory_xact_lock(7245011, k.key) from (
    select distinct hashtext(a->>'adjusts') as key from jsonb_array_elements(ask->'adjustments') a order by 1) k;
  perform from platform.budget_windows w
    where w.tenant_id = tenant and (w.budget_id, w.starts_at) in (
      select k.budget_id, k.starts_at from jsonb_array_elements(ask->'adjustments') a
        join platform.ledger c on c.tenant_id = tenant and c.id = (a->>'adjusts')::uuid cross join lateral platform.windows_of(c) k)
    order by w.budget_id, w.starts_at for update;
  for one in select a from jsonb_array_elements(ask->'adjustments') a loop
    lines := lines || jsonb_build_array(platform.adjust(shared || one));
  end loop;
  return lines;
end $$`;

/** A price that becomes known, or another one, moves budgets and sums by lines of its own; no line is changed. */
export const PlatformRepricing = migration(
  [
    'create index ledger_model on platform.ledger (tenant_id, provider, model, occurred_at)',
    calls,
    windowsOf,
    adjust,
    adjustAll,
  ],
  [
    'drop function platform.adjust_all',
    'drop function platform.adjust',
    'drop function platform.windows_of',
    'drop function platform.booked_calls',
    'drop index platform.ledger_model',
  ],
);
