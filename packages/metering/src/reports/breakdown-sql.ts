import type { CostDimension, CostQuestion } from './breakdown-input.ts';
import { longestUnit, type Range, splitRange, type UnitRange } from './breakdown-ranges.ts';
import { createParameters, labelConditions, labelsOf, lineConditions, needsLines } from './cost-filter.ts';
import { GRAINS, LABELS, type Label, LINE_PARTS, LINE_SUMS } from './roll-up.ts';

const LABEL_OF: Readonly<Partial<Record<CostDimension, Label>>> = {
  MODEL: 'model',
  PROVIDER: 'provider',
  OPERATION: 'operation',
  PROJECT: 'projectId',
  USER: 'userId',
  AGENT: 'agentId',
  SESSION: 'sessionId',
  API_KEY: 'apiKeyId',
  SUBJECT_TYPE: 'subjectType',
  TRIGGER: 'triggerId',
  WORKFLOW: 'workflowRunId',
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

/** In front of the keys, which make the order whole. */
const ORDERS = {
  USD_DESC: 'cost_nano desc, ',
  CALLS_DESC: 'calls desc, ',
  TOKENS_DESC: 'input_tokens + output_tokens desc, ',
  KEYS_ASC: '',
} as const;

/** The first grain whose labels answer the question; the last has all. */
export const grainOf = (labels: readonly Label[]): number =>
  GRAINS.findIndex((grain) => labels.every((label) => grain.labels.includes(label)));

interface Pieces {
  readonly add: (value: unknown) => string;
  /** The key of each dimension that is a time, of the instant `at`; null: it is none. */
  readonly timesOf: (at: string) => (string | null)[];
}

const labelColumn = (dimension: CostDimension, alias: string): string => {
  const label = LABEL_OF[dimension];
  return label ? `${alias}.${LABELS[label]}::text` : 'null';
};

const within = (column: string, { from, to }: Range, { add }: Pieces): string =>
  `${column} >= ${add(new Date(from))} and ${column} < ${add(new Date(to))}`;

/**
 * Lines themselves, with what they add to each sum. A line without the tag of a dimension has the key null; lines with the same
 * tags are summed before their tags are told apart, since they are far more than there are sets of tags.
 */
function linesSql({ by, filter }: CostQuestion, pieces: Pieces, where: readonly string[]): string {
  const conditions = [
    ...where,
    ...labelConditions(filter, 'l', pieces.add),
    ...lineConditions(filter, 'l', pieces.add),
  ];
  const times = pieces.timesOf('l.occurred_at');
  const keys = by.map((dimension, at) => (dimension === 'TAG' ? 'l.tags' : (times[at] ?? labelColumn(dimension, 'l'))));
  const named = keys.map((key, at) => `${key} as k${at}`);
  const linesOf = (sums: string, more: readonly string[]) =>
    `select ${named.join(', ')}, ${sums} from platform.ledger l where ${[...conditions, ...more].join(' and ')}`;
  const tag = by.indexOf('TAG');
  if (tag < 0) return linesOf(LINE_SUMS, []);
  const places = by.map((_, at) => `k${at}`);
  const told = places.map((place, at) => (at === tag ? `tag as ${place}` : place));
  const parts = LINE_PARTS.map(
    ({ sums, where: more }) =>
      `select ${places.join(', ')}, ${SUM_UP} from (${linesOf(sums, more)}) l group by ${places.join(', ')}`,
  );
  return `select ${told.join(', ')}, ${SUMS.join(', ')} from (${parts.join(' union all ')}) g left join lateral unnest(g.k${tag}) tag on true`;
}

/** Sums with the labels of their keys; added up before what a time's key looks like is found, which costs more than adding. */
function sumsSql(question: CostQuestion, pieces: Pieces, grain: number, ranges: readonly UnitRange[]): string {
  const times = pieces.timesOf('g.starts_at');
  const labels = question.by.flatMap((dimension, at) =>
    times[at] ? [] : [`${labelColumn(dimension, 'k')} as k${at}`],
  );
  const rows = ranges.map(
    (range) => `select key_id, starts_at, ${SUMS.join(', ')} from platform.cost_rollups
      where tenant_id = $1 and grain = ${grain} and unit = ${range.unit} and ${within('starts_at', range, pieces)}`,
  );
  const where = ['k.tenant_id = $1', `k.grain = ${grain}`, ...labelConditions(question.filter, 'k', pieces.add)];
  const from = `from (${rows.join(' union all ')}) r join platform.cost_keys k on k.id = r.key_id where ${where.join(' and ')}`;
  if (times.every((time) => time === null)) return `select ${[...labels, ...SUMS].join(', ')} ${from}`;
  const keys = times.map((time, at) => `${time ?? `g.k${at}`} as k${at}`);
  const columns = ['starts_at', ...labels].map((_, at) => at + 1);
  return `select ${[...keys, ...SUMS].join(', ')} from (
      select ${['starts_at', ...labels, SUM_UP].join(', ')} ${from} group by ${columns.join(', ')}) g`;
}

/** Lines behind the cursor; the head bounds them above, or the planner expects a third of all lines and reads them all. */
const TAIL = 'l.tenant_id = $1 and l.number > (select number from done) and l.number <= (select head from done)';

/**
 * What answers a question from sums: whole days, hours and quarters that are summed come from the rollups; the range's ends and
 * what is behind the cursor from the ledger: one snapshot, so that every line is counted once.
 */
function rolledSources(question: CostQuestion, pieces: Pieces): string[] {
  const { by, from, to, filter } = question;
  const grain = grainOf([...by.flatMap((dimension) => LABEL_OF[dimension] ?? []), ...labelsOf(filter)]);
  const longest = longestUnit(question);
  const units = GRAINS[grain]?.units.filter((unit) => unit <= longest) ?? [];
  const { sums, lines } = splitRange({ from: from.getTime(), to: to.getTime() }, units);
  const ends = lines.map((range) =>
    linesSql(question, pieces, [
      'l.tenant_id = $1 and l.number <= (select number from done)',
      within('l.occurred_at', range, pieces),
    ]),
  );
  const tail = linesSql(question, pieces, [TAIL, 'l.occurred_at >= $2 and l.occurred_at < $3']);
  return [...(sums.length > 0 ? [sumsSql(question, pieces, grain, sums)] : []), ...ends, tail];
}

/**
 * The statement that answers a question; `total` sums over all rows. Questions that name a line's tags, subject or execution
 * read the ledger alone.
 */
export function breakdownSql(tenantId: string, question: CostQuestion): { text: string; values: unknown[] } {
  const { by, from, to, filter, orderBy, first, timeZone } = question;
  const { values, add } = createParameters([tenantId, from, to]);
  const zone = by.some((dimension) => TIME_FORMATS[dimension]) ? `${add(timeZone)}::text` : '';
  const timesOf: Pieces['timesOf'] = (at) => by.map((dimension) => TIME_FORMATS[dimension]?.(at, zone) ?? null);
  const ofLines = needsLines(filter) || by.includes('TAG');
  const sources = ofLines
    ? [linesSql(question, { add, timesOf }, ['l.tenant_id = $1 and l.occurred_at >= $2 and l.occurred_at < $3'])]
    : rolledSources(question, { add, timesOf });
  const keys = by.map((_, at) => `k${at}`).join(', ');
  const text = `with done as materialized (
      select coalesce((select number from platform.cost_cursors where tenant_id = $1), 0) as number,
        coalesce((select number from platform.ledger_heads where tenant_id = $1), 0) as head),
    grouped as (select ${keys}, ${SUM_UP}, true as found from (${sources.join(' union all ')}) source group by ${keys}),
    total as (select count(*)::int as rows, ${SUM_UP} from grouped)
    select case when g.found then array[${keys}]::text[] end as keys, ${SUMS.map((name) => `g.${name}::text as ${name}`).join(', ')},
      t.rows, ${SUMS.map((name) => `t.${name}::text as total_${name}`).join(', ')}
    from total t left join lateral (select * from grouped order by ${ORDERS[orderBy]}${keys} limit ${add(first)}) g on true`;
  return { text, values };
}
