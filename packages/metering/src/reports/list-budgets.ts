import {
  type Caller,
  type Connection,
  type Context,
  checkFirst,
  checkText,
  countRows,
  MAX_COUNT,
  type Transaction,
  toConnection,
} from '@rae/kernel';
import type { BudgetScope } from '../queries/budget-scopes.ts';
import { BUDGET_SQL, type Budget, type BudgetColumns, toBudget } from '../queries/find-budgets.ts';

export interface BudgetQuery {
  readonly scope?: BudgetScope | null;
  readonly scopeId?: string | null;
  readonly first: number;
  readonly after?: string | null;
}

/**
 * Whether a caller may see a budget: a bound one sees none of other projects, agents and users, and of keys its own. What covers
 * its calls it always sees, since a refusal names it.
 */
export function isBudgetVisible(
  { projectId, agentId, userId, apiKeyId }: Caller,
  { scope, scopeId }: Pick<Budget, 'scope' | 'scopeId'>,
): boolean {
  if (scope === 'PROJECT') return projectId === null || projectId === scopeId;
  if (scope === 'AGENT') return agentId === null || agentId === scopeId;
  if (scope === 'USER') return userId === null || userId === scopeId;
  if (scope === 'API_KEY') return (projectId ?? agentId ?? userId) === null || apiKeyId === scopeId;
  return true;
}

/** The same as SQL: $3..$6 are the caller's project, agent, user and key, $7 and $8 scope and scopeId; null: any. */
const VISIBLE = `(g.scope <> 'PROJECT' or $3::text is null or g.scope_id = $3) and (g.scope <> 'AGENT' or $4::text is null or g.scope_id = $4)
  and (g.scope <> 'USER' or $5::text is null or g.scope_id = $5)
  and (g.scope <> 'API_KEY' or coalesce($3, $4, $5) is null or g.scope_id = $6::text)
  and ($7::text is null or g.scope = $7) and ($8::text is null or g.scope_id = $8)`;
const PAGE = {
  name: 'budgets_page',
  text: `${BUDGET_SQL} and ${VISIBLE} and ($9::timestamptz is null or (g.created_at, g.id) > ($9, $10::uuid))
    order by g.created_at, g.id limit $11`,
};
const COUNT = {
  name: 'budgets_count',
  text: `select count(*)::int as count from (select from platform.budgets g
    where g.tenant_id = $1 and $2::timestamptz is not null and ${VISIBLE} limit ${MAX_COUNT + 1}) counted`,
};

const MAX_SCOPE_ID = 200;

const valuesOf = (tx: Transaction, { scope, scopeId }: BudgetQuery) => {
  const { tenantId, projectId, agentId, userId, apiKeyId } = tx.caller;
  return [tenantId, tx.now, projectId, agentId, userId, apiKeyId, scope ?? null, scopeId ?? null];
};

/**
 * Budgets that the caller may see, as they stand now, oldest first.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export async function listBudgets(ctx: Context, query: BudgetQuery): Promise<Connection<Budget>> {
  const { tenantId } = ctx.caller;
  const first = checkFirst(query.first);
  if (query.scopeId) checkText('scopeId', query.scopeId, MAX_SCOPE_ID);
  const list = `budgets ${JSON.stringify([query.scope ?? null, query.scopeId ?? null])}`;
  const after = query.after ? ctx.cursors.decode(tenantId, list, query.after) : null;
  const rows = await ctx.readOnce((tx) =>
    tx.query<BudgetColumns>(PAGE, [...valuesOf(tx, query), after?.[0], after?.[1], first + 1]),
  );
  return toConnection(
    rows.map(toBudget),
    first,
    after !== null,
    (budget) => ctx.cursors.encode(tenantId, list, [budget.createdAt.toISOString(), budget.id]),
    () => ctx.readOnce((tx) => countRows(tx, COUNT, valuesOf(tx, query))),
  );
}
