import type { Transaction } from '@rae/kernel';

/** Lines summed in one transaction: some 0.2 s. */
const PAGE = 5_000;

const START = {
  name: 'cost_cursor_start',
  text: 'insert into platform.cost_cursors (tenant_id, number) values ($1, 0) on conflict do nothing',
};
const CLAIM = {
  name: 'cost_cursor_claim',
  text: 'select number::text as number from platform.cost_cursors where tenant_id = $1 for update skip locked',
};

/**
 * A line counts what it says. An ADJUSTMENT is no call; the first one that prices a call whose price was unknown takes that
 * call from the unpriced ones.
 */
export const LINE_SUMS = `coalesce(l.cost_nano, 0) as cost_nano, l.saved_nano, l.input_tokens, l.output_tokens,
  case when l.kind = 'CALL' then l.calls else 0 end as calls,
  case when l.kind = 'CALL' and not l.priced then l.calls
    when l.kind = 'ADJUSTMENT' and l.priced and exists (
        select from platform.ledger o where o.tenant_id = l.tenant_id and o.id = l.adjusts and not o.priced)
      and not exists (select from platform.ledger p where p.tenant_id = l.tenant_id and p.adjusts = l.adjusts
        and p.priced and p.number < l.number) then -1
    else 0 end as unpriced_calls`;

/** Models of this process cost nothing, and their lines stand for the calls of a minute. */
export const IS_LOCAL = `coalesce(l.price ->> 'origin' = 'LOCAL', false)`;

/** The grains of cost_rollups: each has the labels of the one before and these. */
export const GRAINS = [
  ['projectId', 'operation', 'provider', 'model', 'subjectType', 'kind', 'priced'],
  ['userId', 'agentId', 'apiKeyId'],
  ['sessionId', 'triggerId', 'workflowRunId'],
] as const;

/** $1 tenant, $2 the last line that is summed, $3 how many follow. */
const ROLL = {
  name: 'cost_roll_up',
  text: `with lines as (
      select l.number, l.occurred_at, g.grain,
        l.project_id, l.operation, l.provider, l.model, l.subject_type, l.kind, l.priced, l.cache_hit,
        ${IS_LOCAL} as local,
        case when g.grain > 0 then l.user_id end as user_id,
        case when g.grain > 0 then l.agent_id end as agent_id,
        case when g.grain > 0 then l.api_key_id end as api_key_id,
        case when g.grain > 1 then l.session_id end as session_id,
        case when g.grain > 1 then l.trigger_id end as trigger_id,
        case when g.grain > 1 then l.run_id end as run_id,
        ${LINE_SUMS}
      from (select * from platform.ledger where tenant_id = $1 and number > $2 order by number limit $3) l
        cross join (values (0::smallint), (1::smallint), (2::smallint)) g(grain)),
    keyed as (
      select *, encode(substr(sha256(convert_to(jsonb_build_array(grain, project_id, operation, provider, model,
        subject_type, kind, priced, cache_hit, local, user_id, agent_id, api_key_id, session_id, trigger_id, run_id)::text, 'UTF8')), 1, 16), 'hex')::uuid as key_id
      from lines),
    keys as (
      insert into platform.cost_keys (tenant_id, id, grain, project_id, operation, provider, model, subject_type, kind, priced,
        cache_hit, local, user_id, agent_id, api_key_id, session_id, trigger_id, run_id)
      select distinct $1::uuid, key_id, grain, project_id, operation, provider, model, subject_type, kind, priced,
        cache_hit, local, user_id, agent_id, api_key_id, session_id, trigger_id, run_id from keyed
      on conflict do nothing),
    sums as (
      insert into platform.cost_rollups as r (tenant_id, grain, daily, starts_at, key_id, cost_nano, saved_nano, input_tokens,
        output_tokens, calls, unpriced_calls)
      select $1::uuid, grain, daily, case when daily then date_trunc('day', occurred_at, 'UTC')
          else date_bin('15 minutes', occurred_at, 'epoch') end as starts_at, key_id, sum(cost_nano), sum(saved_nano), sum(input_tokens), sum(output_tokens),
        sum(calls), sum(unpriced_calls) from keyed, (values (false), (true)) as d(daily) group by grain, daily, 4, key_id
      on conflict (tenant_id, grain, daily, starts_at, key_id) do update set
        cost_nano = r.cost_nano + excluded.cost_nano, saved_nano = r.saved_nano + excluded.saved_nano,
        input_tokens = r.input_tokens + excluded.input_tokens, output_tokens = r.output_tokens + excluded.output_tokens,
        calls = r.calls + excluded.calls, unpriced_calls = r.unpriced_calls + excluded.unpriced_calls)
    update platform.cost_cursors c set number = seen.last
      from (select max(number) as last, count(distinct number)::int as lines from lines) seen
      where c.tenant_id = $1 and seen.last is not null returning seen.lines`,
};

/**
 * Sums the next lines of the tenant's ledger and moves its cursor, in the caller's transaction. Lines are numbered in order
 * of commit without a gap, so none can appear behind the cursor. Where another process is at it, nothing is done.
 *
 * @returns whether there may be more
 */
export async function rollUp(tx: Transaction): Promise<boolean> {
  const { tenantId } = tx.caller;
  await tx.query(START, [tenantId]);
  const [cursor] = await tx.query<{ number: string }>(CLAIM, [tenantId]);
  if (!cursor) return false;
  const [rolled] = await tx.query<{ lines: number }>(ROLL, [tenantId, cursor.number, PAGE]);
  return rolled?.lines === PAGE;
}
