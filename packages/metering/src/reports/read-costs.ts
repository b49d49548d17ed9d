import type { Transaction } from '@rae/kernel';
import { COST_LOG_COLUMNS, type CostLogRow } from './cost-log.ts';
import { IS_LOCAL } from './roll-up.ts';

/** What a cost is asked of: `type:id`, such as `memory:01a1…`. */
export interface CostRef {
  readonly type: string;
  readonly id: string;
}

/** All lines, or shares of lines, of one thing; amounts in nano-USD. */
export interface CostTotals {
  readonly costNano: bigint;
  readonly savedNano: bigint;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly calls: number;
  readonly unpricedCalls: number;
  /** A call that it is the subject or the cause of is in flight. */
  readonly pending: boolean;
}

/** The columns of ledger and reservations that say what caused a call. */
const CAUSES = Object.entries({ trigger: 'trigger_id', execution: 'execution_id', run: 'run_id', step: 'step_id' });

/** $2 types, $3 ids. */
const REFS =
  'refs as (select n, type, id from rows from (unnest($2::text[]), unnest($3::text[])) with ordinality as r(type, id, n))';

/**
 * The numbers of the lines that have a thing as subject, as cause, or in a share; each once. A branch for each index: an OR
 * over a join would use none.
 */
const LINES = `lines as (
    select r.n, l.number from refs r join platform.ledger l on l.tenant_id = $1 and l.subject_id = r.id and l.subject_type = r.type
    ${CAUSES.map(
      ([type, column]) => `union select r.n, l.number from refs r
      join platform.ledger l on l.tenant_id = $1 and r.type = '${type}' and l.${column} = r.id`,
    ).join(' ')})`;

/** Reservations in flight are few. */
const IS_HELD_FOR = `(h.subject_id = r.id and h.subject_type = r.type
    ${CAUSES.map(([type, column]) => `or h.${column} = r.id and r.type = '${type}'`).join(' ')}
    or h.subjects @> jsonb_build_array(jsonb_build_object('type', r.type, 'id', r.id)))`;

/** $1 tenant, $2 types, $3 ids, $4 the project that is seen (null: all). */
const TOTALS = {
  name: 'costs_read',
  text: `with ${REFS}, ${LINES},
    parts as (
      select s.n, l.cost_nano, l.saved_nano, l.input_tokens, l.output_tokens, l.kind, l.calls, l.priced, l.id
        from lines s join platform.ledger l on l.tenant_id = $1 and l.number = s.number
        where ($4::uuid is null or l.project_id = $4) and not ${IS_LOCAL}
      union all
      select r.n, c.cost_nano, c.saved_nano, c.input_tokens, c.output_tokens, l.kind, l.calls, l.priced, l.id
        from refs r join platform.cost_shares c on c.tenant_id = $1 and c.subject_id = r.id and c.subject_type = r.type
        join platform.ledger l on l.tenant_id = $1 and l.number = c.ledger_number
        where ($4::uuid is null or l.project_id = $4) and not ${IS_LOCAL}
          and not exists (select from lines s where s.n = r.n and s.number = l.number)),
    sums as (
      select p.n, coalesce(sum(p.cost_nano), 0) as cost, sum(p.saved_nano) as saved, sum(p.input_tokens) as input,
        sum(p.output_tokens) as output, coalesce(sum(p.calls) filter (where p.kind = 'CALL'), 0) as calls,
        coalesce(sum(p.calls) filter (where p.kind = 'CALL' and not p.priced and not exists (
          select from platform.ledger a where a.tenant_id = $1 and a.adjusts = p.id and a.priced)), 0) as unpriced
      from parts p group by p.n)
    select r.n::int as n, coalesce(s.cost, 0)::text as cost, coalesce(s.saved, 0)::text as saved, coalesce(s.input, 0)::float8 as input,
      coalesce(s.output, 0)::float8 as output, coalesce(s.calls, 0)::float8 as calls, coalesce(s.unpriced, 0)::float8 as unpriced,
      exists (select from platform.reservations h where h.tenant_id = $1 and h.status = 'HELD'
        and ($4::uuid is null or h.project_id = $4)
        and ${IS_HELD_FOR}) as pending
    from refs r left join sums s on s.n = r.n`,
};

interface Row {
  readonly n: number;
  readonly cost: string;
  readonly saved: string;
  readonly input: number;
  readonly output: number;
  readonly calls: number;
  readonly unpriced: number;
  readonly pending: boolean;
}

const NOTHING: CostTotals = {
  costNano: 0n,
  savedNano: 0n,
  inputTokens: 0,
  outputTokens: 0,
  calls: 0,
  unpricedCalls: 0,
  pending: false,
};

/**
 * What each of these cost, in their order; nothing spent, or nothing there: zeros. Calls of models in this process are in
 * none. Of a caller that is bound to a project, that project's lines alone.
 */
export async function readCosts(tx: Transaction, refs: readonly CostRef[]): Promise<CostTotals[]> {
  const types = refs.map(({ type }) => type);
  const ids = refs.map(({ id }) => id);
  const rows = await tx.query<Row>(TOTALS, [tx.caller.tenantId, types, ids, tx.caller.projectId]);
  const totals = new Map(
    rows.map((row) => [
      row.n - 1,
      {
        costNano: BigInt(row.cost),
        savedNano: BigInt(row.saved),
        inputTokens: row.input,
        outputTokens: row.output,
        calls: row.calls,
        unpricedCalls: row.unpriced,
        pending: row.pending,
      },
    ]),
  );
  return refs.map((_, at) => totals.get(at) ?? NOTHING);
}

/** $1 tenant, $2 types, $3 ids, $4 the project that is seen (null: all), $5 how many. */
const LOG = {
  name: 'costs_log',
  text: `with ${REFS}, ${LINES},
    shared as (select c.ledger_number as number from refs r
      join platform.cost_shares c on c.tenant_id = $1 and c.subject_id = r.id and c.subject_type = r.type)
    select ${COST_LOG_COLUMNS} from platform.ledger l
      where l.tenant_id = $1 and l.number in (select number from lines union select number from shared)
        and ($4::uuid is null or l.project_id = $4) and not ${IS_LOCAL}
      order by l.number desc limit $5`,
};

const valuesOf = (tx: Transaction, { type, id }: CostRef) => [tx.caller.tenantId, [type], [id], tx.caller.projectId];

/** The newest lines that a thing is the subject, a part or the cause of. */
export const readCostLog = (tx: Transaction, ref: CostRef, first: number): Promise<CostLogRow[]> =>
  tx.query(LOG, [...valuesOf(tx, ref), first]);

/** Scopes of budgets, and whom in each. */
export interface PaidBy {
  readonly scope: 'PROJECT' | 'USER' | 'AGENT' | 'SESSION' | 'API_KEY';
  readonly scopeId: string;
}

const PAYERS = {
  name: 'costs_payers',
  text: `with ${REFS}, ${LINES},
    shared as (select c.ledger_number as number from refs r
      join platform.cost_shares c on c.tenant_id = $1 and c.subject_id = r.id and c.subject_type = r.type)
    select distinct p.scope, p.id as "scopeId" from platform.ledger l
      cross join lateral (values ('PROJECT', l.project_id::text), ('USER', l.user_id), ('AGENT', l.agent_id),
        ('SESSION', l.session_id), ('API_KEY', l.api_key_id::text)) as p(scope, id)
      where l.tenant_id = $1 and l.number in (select number from lines union select number from shared)
        and ($4::uuid is null or l.project_id = $4) and p.id is not null and not ${IS_LOCAL}
      limit 200`,
};

/** Who paid for a thing, as its lines name them; the tenant pays for everything and is not named. */
export const readPayers = (tx: Transaction, ref: CostRef): Promise<PaidBy[]> => tx.query(PAYERS, valuesOf(tx, ref));
