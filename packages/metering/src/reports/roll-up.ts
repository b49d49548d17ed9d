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

const AMOUNTS = `coalesce(l.cost_nano, 0) as cost_nano, l.saved_nano, l.input_tokens, l.output_tokens,
  case when l.kind = 'CALL' then l.calls else 0 end as calls`;
const IS_FIRST_PRICE = `l.kind = 'ADJUSTMENT' and l.priced and exists (
        select from platform.ledger o where o.tenant_id = l.tenant_id and o.id = l.adjusts and not o.priced)
      and not exists (select from platform.ledger p where p.tenant_id = l.tenant_id and p.adjusts = l.adjusts
        and p.priced and p.number < l.number)`;

/**
 * A line counts what it says. An ADJUSTMENT is no call; the first one that prices a call whose price was unknown takes that
 * call from the unpriced ones.
 */
export const LINE_SUMS = `${AMOUNTS}, case when l.kind = 'CALL' and not l.priced then l.calls when ${IS_FIRST_PRICE} then -1 else 0 end as unpriced_calls`;

/** The same in two parts: many lines are summed by several workers only where none looks at other lines. */
export const LINE_PARTS = [
  {
    sums: `${AMOUNTS}, case when l.kind = 'CALL' and not l.priced then l.calls else 0 end as unpriced_calls`,
    where: [],
  },
  {
    sums: '0 as cost_nano, 0 as saved_nano, 0 as input_tokens, 0 as output_tokens, 0 as calls, -1 as unpriced_calls',
    where: ['l.adjusts is not null', IS_FIRST_PRICE],
  },
] as const;

/** Models of this process cost nothing, and their lines stand for the calls of a minute. */
export const IS_LOCAL = `coalesce(l.price ->> 'origin' = 'LOCAL', false)`;

/** Labels, in the ledger and in `platform.cost_keys` alike. */
export const LABELS = {
  projectId: 'project_id',
  userId: 'user_id',
  agentId: 'agent_id',
  sessionId: 'session_id',
  apiKeyId: 'api_key_id',
  subjectType: 'subject_type',
  triggerId: 'trigger_id',
  workflowRunId: 'run_id',
  provider: 'provider',
  model: 'model',
  operation: 'operation',
  kind: 'kind',
  priced: 'priced',
} as const;
export type Label = keyof typeof LABELS;

/** Minutes that a sum is of; they begin at whole multiples of it in UTC. */
export type Unit = 15 | 60 | 1440;

interface Grain {
  readonly labels: readonly Label[];
  /** The longest first. */
  readonly units: readonly Unit[];
}

const ALWAYS = ['projectId', 'kind', 'priced'] as const;
const CALLED = ['operation', 'provider', 'model', 'subjectType'] as const;
const CALLERS = ['userId', 'agentId', 'apiKeyId'] as const;

/**
 * The grains of cost_rollups, by number; a question takes the first that has its labels. Sessions are many, so that they have one
 * without the models; hours would be no fewer than quarters there.
 */
export const GRAINS: readonly Grain[] = [
  { labels: [...ALWAYS, ...CALLED], units: [1440, 60, 15] },
  { labels: [...ALWAYS, ...CALLED, ...CALLERS], units: [1440, 60, 15] },
  { labels: [...ALWAYS, ...CALLERS, 'sessionId'], units: [1440, 15] },
  { labels: [...ALWAYS, ...CALLED, ...CALLERS, 'sessionId', 'triggerId', 'workflowRunId'], units: [1440, 15] },
];

const labelEntries = Object.entries(LABELS);
const KEY_COLUMNS = [...labelEntries.map(([, column]) => column), 'cache_hit', 'local'].join(', ');

/** The columns of a line's key in each grain; what a grain does not tell apart is null. */
const keyColumns = labelEntries.map(([label, column]) => {
  const having = GRAINS.flatMap(({ labels }, grain) => (labels.some((one) => one === label) ? [grain] : []));
  return having.length === GRAINS.length
    ? column
    : `case when grain in (${having.join(', ')}) then ${column} end as ${column}`;
});

const UNITS = GRAINS.flatMap(({ units }, grain) => units.map((unit) => `(${grain}::smallint, ${unit}::smallint)`));

/** $1 tenant, $2 the last line that is summed, $3 how many follow. Lines are summed by quarter first, and quarters by the rest. */
const ROLL = {
  name: 'cost_roll_up',
  text: `with lines as materialized (
      select l.number, date_bin('15 minutes', l.occurred_at, 'epoch') as at, ${Object.values(LABELS)
        .map((column) => `l.${column}`)
        .join(', ')},
        l.cache_hit, ${IS_LOCAL} as local, ${LINE_SUMS}
      from (select * from platform.ledger where tenant_id = $1 and number > $2 order by number limit $3) l),
    grained as (
      select grain, at, ${keyColumns.join(', ')}, case when grain = 0 then cache_hit end as cache_hit,
        case when grain = 0 then local end as local, cost_nano, saved_nano, input_tokens, output_tokens, calls, unpriced_calls
      from lines cross join (values ${GRAINS.map((_, grain) => `(${grain}::smallint)`).join(', ')}) grains(grain)),
    quarters as (
      select grain, at, ${KEY_COLUMNS}, sum(cost_nano) as cost_nano, sum(saved_nano) as saved_nano, sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens, sum(calls) as calls, sum(unpriced_calls) as unpriced_calls
      from grained group by grain, at, ${KEY_COLUMNS}),
    keyed as materialized (
      select *, encode(substr(sha256(convert_to(jsonb_build_array(grain, ${KEY_COLUMNS})::text, 'UTF8')), 1, 16), 'hex')::uuid as key_id
      from quarters),
    keys as (
      insert into platform.cost_keys (tenant_id, id, grain, ${KEY_COLUMNS})
      select distinct $1::uuid, key_id, grain, ${KEY_COLUMNS} from keyed
      on conflict do nothing),
    sums as (
      insert into platform.cost_rollups as r (tenant_id, grain, unit, starts_at, key_id, cost_nano, saved_nano, input_tokens,
        output_tokens, calls, unpriced_calls)
      select $1::uuid, grain, unit, date_bin(make_interval(mins => unit), at, 'epoch') as starts_at, key_id, sum(cost_nano), sum(saved_nano),
        sum(input_tokens), sum(output_tokens), sum(calls), sum(unpriced_calls)
      from keyed join (values ${UNITS.join(', ')}) units(grain, unit) using (grain) group by grain, unit, 4, key_id
      on conflict (tenant_id, grain, unit, starts_at, key_id) do update set
        cost_nano = r.cost_nano + excluded.cost_nano, saved_nano = r.saved_nano + excluded.saved_nano,
        input_tokens = r.input_tokens + excluded.input_tokens, output_tokens = r.output_tokens + excluded.output_tokens,
        calls = r.calls + excluded.calls, unpriced_calls = r.unpriced_calls + excluded.unpriced_calls)
    update platform.cost_cursors c set number = seen.last
      from (select max(number) as last, count(*)::int as lines from lines) seen
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
