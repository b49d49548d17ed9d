import type { CostOperation, Transaction } from '@rae/kernel';

/** Calls of models in this process, of one project, model, operation and minute. */
export interface LocalUsage {
  readonly projectId: string;
  readonly provider: string;
  readonly model: string;
  readonly operation: CostOperation;
  readonly minute: Date;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const ADD = {
  name: 'local_usage_add',
  text: `insert into platform.local_usage as u (tenant_id, project_id, provider, model, operation, minute, calls, input_tokens, output_tokens)
    select $1, x."projectId", x.provider, x.model, x.operation, x.minute, x.calls, x."inputTokens", x."outputTokens"
    from jsonb_to_recordset($2::jsonb) as x("projectId" uuid, provider text, model text, operation text, minute timestamptz, calls int,
      "inputTokens" bigint, "outputTokens" bigint)
    order by 2, 3, 4, 5, 6
    on conflict (tenant_id, project_id, provider, model, operation, minute) do update set calls = u.calls + excluded.calls,
      input_tokens = u.input_tokens + excluded.input_tokens, output_tokens = u.output_tokens + excluded.output_tokens`,
};

/** Adds to what was counted of these minutes; one statement. */
export async function addLocalUsage(tx: Transaction, used: readonly LocalUsage[]): Promise<void> {
  await tx.query(ADD, [tx.caller.tenantId, JSON.stringify(used)]);
}

const FIND_TENANTS = {
  name: 'local_usage_tenants',
  text: 'select distinct tenant_id as "tenantId" from platform.local_usage where minute <= $1 limit $2',
};

/** Tenants with minutes that began at or before `until`; for rae_worker. */
export const findLocalTenants = (tx: Transaction, until: Date, most: number): Promise<{ tenantId: string }[]> =>
  tx.query(FIND_TENANTS, [until, most]);

const TAKE = {
  name: 'local_usage_take',
  text: `delete from platform.local_usage where tenant_id = $1 and minute <= $2
    returning project_id as "projectId", provider, model, operation, minute, calls, input_tokens::float8 as "inputTokens", output_tokens::float8 as "outputTokens"`,
};

/** Takes away what was counted of minutes that began at or before `until`: each row for one ledger line. */
export const takeLocalUsage = (tx: Transaction, until: Date): Promise<LocalUsage[]> =>
  tx.query(TAKE, [tx.caller.tenantId, until]);

const APPEND = {
  name: 'ledger_append_local',
  text: `select cardinality(platform.append_lines(array_agg(jsonb_populate_record(null::platform.ledger, line) order by n)))
    from jsonb_array_elements($1::jsonb) with ordinality as l(line, n)`,
};

/** Writes lines of LOCAL calls at the end of the chain: they cost nothing, move no budget and tell no event. */
export async function appendLocalLines(tx: Transaction, lines: readonly object[]): Promise<void> {
  await tx.query(APPEND, [JSON.stringify(lines)]);
}
