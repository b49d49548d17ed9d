import type { CostDimension, CostQuestion } from './breakdown-input.ts';
import { createParameters, type Label, labelConditions, labelsOf, lineConditions, needsLines } from './cost-filter.ts';
import { GRAINS, LINE_SUMS } from './roll-up.ts';

const LABEL_OF: Readonly<Partial<Record<CostDimension, { label: Label; column: string }>>> = {
  MODEL: { label: 'model', column: 'model' },
  PROVIDER: { label: 'provider', column: 'provider' },
  OPERATION: { label: 'operation', column: 'operation' },
  PROJECT: { label: 'projectId', column: 'project_id' },
  USER: { label: 'userId', column: 'user_id' },
  AGENT: { label: 'agentId', column: 'agent_id' },
  SESSION: { label: 'sessionId', column: 'session_id' },
  API_KEY: { label: 'apiKeyId', column: 'api_key_id' },
  SUBJECT_TYPE: { label: 'subjectType', column: 'subject_type' },
  TRIGGER: { label: 'triggerId', column: 'trigger_id' },
  WORKFLOW: { label: 'workflowRunId', column: 'run_id' },
};

/** What a time's key looks like: an hour is an instant in UTC, as a clock that is put back has one twice. */
const TIME_FORMATS: Readonly<Partial<Record<CostDimension, (at: string, zone: string) => string>>> = {
  HOUR: (at, zone) => `to_char(date_trunc('hour', ${at}, ${zone}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
  DAY: (at, zone) => `to_char(${at} at time zone ${zone}, 'YYYY-MM-DD')`,
  WEEK: (at, zone) => `to_char(date_trunc('week', ${at} at time zone ${zone}), 'YYYY-MM-DD')`,
  MONTH: (at, zone) => `to_char(${at} at time zone ${zone}, 'YYYY-MM')`,
};

export const SUMS = ['cost_nano', 'saved_nano', 'input_tokens', 'output_tokens', 'calls', 'unpriced_calls'] as const;
const SUM_UP = SUMS.map((name) => `sum(${name}) as ${name}`).join(', ');

const ORDERS = {
  USD_DESC: 'cost_nano desc, keys',
  CALLS_DESC: 'calls desc, keys',
  TOKENS_DESC: 'input_tokens + output_tokens desc, keys',
  KEYS_ASC: 'keys',
} as const;

/** The least grain whose labels answer the question. */
export function grainOf(labels: readonly Label[]): number {
  const at = labels.map((label) => GRAINS.findIndex((grain) => grain.some((name) => name === label)));
  return Math.max(0, ...at);
}

interface Pieces {
  readonly values: unknown[];
  readonly add: (value: unknown) => string;
  /** The key of each dimension that is a time, of the instant `at`; null: it is none. */
  readonly timesOf: (at: string) => (string | null)[];
}

/** Lines themselves, with what they add to each sum; a line without the tag of a dimension has the key null. */
function linesSql({ by, filter }: CostQuestion, { add, timesOf }: Pieces, range: string): string {
  const where = ['l.tenant_id = $1', range, ...labelConditions(filter, 'l', add), ...lineConditions(filter, 'l', add)];
  const times = timesOf('l.occurred_at');
  const keys = by.map((dimension, at) => {
    const label = dimension === 'TAG' ? 'tag.tag' : `l.${LABEL_OF[dimension]?.column}::text`;
    return `${times[at] ?? label} as k${at}`;
  });
  const tags = by.includes('TAG') ? `left join lateral unnest(l.tags) as tag(tag) on true` : '';
  return `select ${keys.join(', ')}, ${LINE_SUMS} from platform.ledger l ${tags} where ${where.join(' and ')}`;
}

/** Whether days of UTC answer the question as well as quarters do. */
const takesDays = ({ by, timeZone }: CostQuestion): boolean =>
  !by.includes('HOUR') && (timeZone === 'UTC' || !by.some((dimension) => TIME_FORMATS[dimension]));

/** Where sums are read: whole days, and whole quarters at their ends; or quarters alone. */
const rangesOf = (question: CostQuestion): string[] =>
  takesDays(question)
    ? [
        'daily and starts_at >= (select first_day from range) and starts_at < (select last_day from range)',
        'not daily and starts_at >= (select first from range) and starts_at < (select least(first_day, last) from range)',
        'not daily and starts_at >= (select greatest(last_day, first_day) from range) and starts_at < (select last from range)',
      ]
    : ['not daily and starts_at >= (select first from range) and starts_at < (select last from range)'];

/**
 * Sums by label and time; first by number of label, since labels are far fewer than rows. What a time's key looks like is found
 * once for each quarter.
 */
function rolledSql(question: CostQuestion, { add, timesOf }: Pieces, grain: number): string {
  const times = timesOf('at').map((time, at) => (time ? [`t${at}`, time] : null));
  const keys = question.by.map((dimension, at) =>
    times[at] ? `r.t${at} as k${at}` : `k.${LABEL_OF[dimension]?.column}::text as k${at}`,
  );
  const named = times.flatMap((time) => (time ? [time] : []));
  const grouped = ['key_id', ...named.map(([name]) => name)].join(', ');
  const rows = rangesOf(question).map(
    (range) =>
      `select key_id, starts_at, ${SUMS.join(', ')} from platform.cost_rollups where tenant_id = $1 and grain = ${grain} and ${range}`,
  );
  const clock = `join (select at, ${named.map(([name, time]) => `${time} as ${name}`).join(', ')}
      from generate_series((select first from range), (select last from range), interval '15 minutes') at) clock on clock.at = starts_at`;
  const where = ['k.tenant_id = $1', ...labelConditions(question.filter, 'k', add)];
  return `select ${keys.join(', ')}, ${SUMS.map((name) => `r.${name}`).join(', ')} from (
      select ${grouped}, ${SUM_UP} from (${rows.join(' union all ')}) rolled ${named.length > 0 ? clock : ''} group by ${grouped}) r
    join platform.cost_keys k on k.id = r.key_id where ${where.join(' and ')}`;
}

/**
 * The statement that answers a question; `total` sums over all rows. Whole days and quarters that are summed come from the
 * rollups; the range's ends and what is behind the cursor from the ledger: one snapshot, so that
 * every line is counted once. Questions that name a line's tags, subject or execution read the ledger alone.
 */
export function breakdownSql(tenantId: string, question: CostQuestion): { text: string; values: unknown[] } {
  const { by, from, to, filter, orderBy, first, timeZone } = question;
  const { values, add } = createParameters([tenantId, from, to]);
  const zone = by.some((dimension) => TIME_FORMATS[dimension]) ? `${add(timeZone)}::text` : '';
  const timesOf: Pieces['timesOf'] = (at) => by.map((dimension) => TIME_FORMATS[dimension]?.(at, zone) ?? null);
  const pieces = { values, add, timesOf };
  const labels = by.flatMap((dimension) => LABEL_OF[dimension]?.label ?? []);
  const ofLines = needsLines(filter) || by.includes('TAG');
  const sources = ofLines
    ? linesSql(question, pieces, 'l.occurred_at >= $2 and l.occurred_at < $3')
    : `${rolledSql(question, pieces, grainOf([...labels, ...labelsOf(filter)]))}
    union all ${linesSql(question, pieces, 'l.occurred_at >= $2 and l.occurred_at < $3 and l.number > (select number from range)')}
    union all ${linesSql(
      question,
      pieces,
      `l.number <= (select number from range) and
      (l.occurred_at >= $2 and l.occurred_at < least((select first from range), $3)
        or l.occurred_at >= greatest((select last from range), (select first from range), $2) and l.occurred_at < $3)`,
    )}`;
  const keys = by.map((_, at) => `k${at}`).join(', ');
  const text = `with range as materialized (
      select coalesce((select number from platform.cost_cursors where tenant_id = $1), 0) as number,
        date_bin('15 minutes', $2::timestamptz + interval '14 minutes 59.999999 seconds', 'epoch') as first,
        date_bin('15 minutes', $3::timestamptz, 'epoch') as last,
        date_trunc('day', $2::timestamptz + interval '1 day' - interval '1 microsecond', 'UTC') as first_day,
        date_trunc('day', $3::timestamptz, 'UTC') as last_day),
    grouped as (select array[${keys}]::text[] as keys, ${SUM_UP} from (${sources}) source group by ${keys}),
    total as (select count(*)::int as rows, ${SUM_UP} from grouped)
    select g.keys, ${SUMS.map((name) => `g.${name}::text as ${name}`).join(', ')},
      t.rows, ${SUMS.map((name) => `t.${name}::text as total_${name}`).join(', ')}
    from total t left join lateral (select * from grouped order by ${ORDERS[orderBy]} limit ${add(first)}) g on true`;
  return { text, values };
}
