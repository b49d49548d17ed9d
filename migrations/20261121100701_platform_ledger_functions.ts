import { migration } from './sql.ts';

/** UUIDv7 of an instant (RFC 9562 section 5.7): Postgres has none of its own before 18. */
const makeId = `create function platform.make_id(at timestamptz) returns uuid language sql volatile as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid $$`;

/** Nano-dollars in USD, exact, as formatUsd writes them. */
const usd = `create function platform.usd(nano bigint) returns text language sql immutable as $$
  select trim_scale(nano * 0.000000001)::text $$`;

/** An instant as JavaScript writes it; null for one that never comes. */
const iso = `create function platform.iso(at timestamptz) returns text language sql stable as $$
  select to_char(nullif(at, 'infinity') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$`;

/**
 * As recordEvents of packages/events writes it, for what is decided inside of one statement. In plpgsql, which keeps its plans:
 * functions in SQL that cannot be inlined are planned at every call before Postgres 18. about: part, actor, traceparent, causationId, depth.
 */
const noteEvent = `create function platform.note_event(tenant uuid, about jsonb, at timestamptz, type text, project uuid, subject text, payload jsonb)
  returns void language plpgsql volatile as $$
begin
  insert into platform.events (epoch, part, id, tenant_id, project_id, type, source, subject, actor, payload, tags, traceparent,
    causation_id, depth, occurred_at)
  select log.epoch, (about->>'part')::smallint, platform.make_id(at), tenant, project, type, '/' || split_part(type, '.', 1), subject,
    about->>'actor', payload, '{}', about->>'traceparent', (about->>'causationId')::uuid, (about->>'depth')::smallint, at
  from platform.event_log log;
end $$`;

/**
 * All that a line says but its labels, of which it says the hash: number and type of the columns, and each with its length, as
 * Postgres sends them. Measured a line: 3.8 µs, as a JSON array of texts 25.
 */
const ledgerBytes = `create function platform.ledger_bytes(l platform.ledger) returns bytea language sql stable as $$
  select record_send(row(l.number, l.id, l.kind, l.adjusts, l.project_id, l.user_id, l.agent_id, l.session_id, l.api_key_id,
    l.trigger_id, l.execution_id, l.run_id, l.step_id, l.subject_type, l.subject_id, l.operation, l.reservation_id, l.provider, l.model,
    l.input_tokens, l.output_tokens, l.cached_input_tokens, l.cache_write_tokens, l.reasoning_tokens, l.calls, l.priced, l.cost_nano,
    l.price, l.cache_hit, l.saved_nano, l.estimated, l.latency_ms, l.ttft_ms, l.trace_id, l.labels_hash, l.occurred_at, l.created_at)) $$`;

const ledgerStart = `create function platform.ledger_start(tenant uuid) returns bytea language sql immutable as $$
  select sha256(convert_to('rae ledger ' || tenant, 'UTF8')) $$`;

/**
 * hash = sha256(hash of the line before, bytes of this one), for lines of one tenant in their order; called last in its
 * transaction, since it locks the tenant's head.
 */
const appendLines = `create function platform.append_lines(lines platform.ledger[]) returns platform.ledger[] language plpgsql as $$
declare tenant uuid := lines[1].tenant_id; l platform.ledger; last record;
begin
  select number, hash into last from platform.ledger_heads where tenant_id = tenant for update;
  if not found then
    insert into platform.ledger_heads (tenant_id, number, hash) values (tenant, 0, platform.ledger_start(tenant)) on conflict (tenant_id) do nothing;
    select number, hash into last from platform.ledger_heads where tenant_id = tenant for update;
  end if;
  for n in 1 .. cardinality(lines) loop
    l := lines[n];
    l.labels_hash := sha256(record_send(row(l.tags, l.metadata)));
    l.number := last.number + n;
    l.previous_hash := last.hash;
    l.hash := sha256(l.previous_hash || platform.ledger_bytes(l));
    last.hash := l.hash;
    lines[n] := l;
  end loop;
  insert into platform.ledger select * from unnest(lines);
  update platform.ledger_heads set number = l.number, hash = l.hash where tenant_id = tenant;
  return lines;
end $$`;

/** Largest remainder (Hamilton), ties to the first: the parts sum to the total exactly. Null total: null. */
const shareOut = `create function platform.share_out(total bigint, weights numeric[]) returns bigint[] language sql immutable as $$
  with weighed as (select n, case when sum(w) over () > 0 then w else 1 end as w from unnest(weights) with ordinality as u(w, n)),
    parts as (select n, div(abs(total) * w, sum(w) over ()) as base, mod(abs(total) * w, sum(w) over ()) as rest from weighed),
    ranked as (select n, base, row_number() over (order by rest desc, n) <= abs(total) - sum(base) over () as more from parts)
  select case when total is not null then array_agg(sign(total)::bigint * (base::bigint + more::int) order by n) end from ranked $$`;

/** A batch's line to its subjects: [{type, id, weight}]. */
const shareLine = `create function platform.share_line(l platform.ledger, subjects jsonb) returns void language sql volatile as $$
  with s as (select n, value->>'type' as type, value->>'id' as id, (value->>'weight')::numeric as weight
      from jsonb_array_elements(subjects) with ordinality as e(value, n)),
    w as (select array_agg(weight order by n) as all from s),
    x as (select x.* from w, unnest(platform.share_out(l.cost_nano, w.all), platform.share_out(l.saved_nano, w.all),
      platform.share_out(l.input_tokens, w.all), platform.share_out(l.output_tokens, w.all)) with ordinality as x(cost, saved, input, output, n))
  insert into platform.cost_shares (tenant_id, ledger_number, place, subject_type, subject_id, weight, cost_nano, saved_nano, input_tokens, output_tokens)
  select l.tenant_id, l.number, s.n, s.type, s.id, s.weight, x.cost, x.saved, x.input, x.output from s join x using (n) $$`;

/**
 * The events of lines of one tenant, the lines as the chain's next, and their shares where they have several subjects.
 * subjects, abouts: side by side with the lines.
 */
const writeLines = `create function platform.write_lines(lines platform.ledger[], subjects jsonb[], abouts jsonb[]) returns platform.ledger[]
  language plpgsql as $$
begin
  for n in 1 .. cardinality(lines) loop
    if jsonb_array_length(subjects[n]) = 1 then
      lines[n].subject_type := subjects[n]->0->>'type';
      lines[n].subject_id := subjects[n]->0->>'id';
    end if;
  end loop;
  insert into platform.events (epoch, part, id, tenant_id, project_id, type, source, subject, actor, payload, tags, traceparent,
    causation_id, depth, occurred_at)
  select log.epoch, (abouts[l.n]->>'part')::smallint, platform.make_id(l.created_at), l.tenant_id, l.project_id, 'cost.recorded', '/cost', l.id::text,
    abouts[l.n]->>'actor', jsonb_build_object('ledgerId', l.id, 'kind', l.kind, 'adjusts', l.adjusts, 'reservationId', l.reservation_id,
      'operation', l.operation, 'provider', l.provider, 'model', l.model, 'inputTokens', l.input_tokens, 'outputTokens', l.output_tokens,
      'priced', l.priced, 'costUsd', platform.usd(l.cost_nano), 'cacheHit', l.cache_hit, 'estimated', l.estimated, 'userId', l.user_id,
      'agentId', l.agent_id, 'sessionId', l.session_id, 'subjectType', l.subject_type, 'subjectId', l.subject_id),
    '{}', abouts[l.n]->>'traceparent', (abouts[l.n]->>'causationId')::uuid, (abouts[l.n]->>'depth')::smallint, l.created_at
  from platform.event_log log, (select row_number() over () as n, u.* from unnest(lines) u) l order by l.n;
  lines := platform.append_lines(lines);
  for n in 1 .. cardinality(lines) loop
    if jsonb_array_length(subjects[n]) > 1 then perform platform.share_line(lines[n], subjects[n]); end if;
  end loop;
  return lines;
end $$`;

/** One line. */
const writeLine = `create function platform.write_line(l platform.ledger, subjects jsonb, about jsonb) returns platform.ledger language plpgsql as $$
begin
  return (platform.write_lines(array[l], array[subjects], array[about]))[1];
end $$`;

/** The ledger's chain, in the database, so that a line is decided, booked, told and chained in one statement. */
export const PlatformLedgerFunctions = migration(
  [makeId, usd, iso, noteEvent, ledgerBytes, ledgerStart, appendLines, shareOut, shareLine, writeLines, writeLine],
  [
    'drop function platform.write_line',
    'drop function platform.write_lines',
    'drop function platform.share_line',
    'drop function platform.share_out',
    'drop function platform.append_lines',
    'drop function platform.ledger_start',
    'drop function platform.ledger_bytes',
    'drop function platform.note_event',
    'drop function platform.iso',
    'drop function platform.usd',
    'drop function platform.make_id',
  ],
);
