import { projectToRead } from '@rae/identity';
import {
  type Connection,
  type Context,
  checkFirst,
  countRows,
  MAX_COUNT,
  type Position,
  type Transaction,
  toConnection,
} from '@rae/kernel';
import {
  type CostLogFilter,
  checkCostFilter,
  createParameters,
  labelConditions,
  lineConditions,
} from './cost-filter.ts';
import { COST_LOG_COLUMNS, type CostLogRow } from './cost-log.ts';

/**
 * `enum CostLogOrder`, and the value and direction that each means. Numbers are given in order of commit, so that they are the
 * order of making as well. Lines without a price come last in COST_DESC.
 */
const ORDERS = {
  CREATED_AT_DESC: { column: 'l.number', direction: 'desc', type: 'bigint' },
  CREATED_AT_ASC: { column: 'l.number', direction: 'asc', type: 'bigint' },
  COST_DESC: { column: '(coalesce(l.cost_nano, -1))', direction: 'desc', type: 'bigint' },
} as const;
export type CostLogOrder = keyof typeof ORDERS;

export interface CostLogQuery {
  readonly filter?: CostLogFilter | null;
  readonly orderBy: CostLogOrder;
  readonly first: number;
  readonly after?: string | null;
}

type Listed = CostLogRow & { readonly place: string };

function whereOf(tx: Transaction, filter: CostLogFilter) {
  const { values, add } = createParameters([tx.caller.tenantId]);
  const where = [
    'l.tenant_id = $1',
    ...labelConditions(filter, 'l', add),
    ...lineConditions(filter, 'l', add),
    ...(filter.from ? [`l.occurred_at >= ${add(filter.from)}`] : []),
    ...(filter.to ? [`l.occurred_at < ${add(filter.to)}`] : []),
  ];
  return { values, add, where };
}

function readPage(
  tx: Transaction,
  filter: CostLogFilter,
  orderBy: CostLogOrder,
  after: Position | null,
  limit: number,
): Promise<Listed[]> {
  const { column, direction, type } = ORDERS[orderBy];
  const { values, add, where } = whereOf(tx, filter);
  const past = direction === 'desc' ? '<' : '>';
  if (after) where.push(`(${column}, l.number) ${past} (${add(after[0])}::${type}, ${add(after[1])}::bigint)`);
  return tx.query(
    `select ${COST_LOG_COLUMNS}, ${column}::text as place from platform.ledger l where ${where.join(' and ')}
      order by ${column} ${direction}, l.number ${direction} limit ${add(limit)}`,
    values,
  );
}

function count(tx: Transaction, filter: CostLogFilter): Promise<number> {
  const { values, where } = whereOf(tx, filter);
  return countRows(
    tx,
    `select count(*)::int as count from (select from platform.ledger l where ${where.join(' and ')} limit ${MAX_COUNT + 1}) counted`,
    values,
  );
}

/**
 * A page of the ledger's lines. A cursor belongs to its filter and order.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not the tenant's or not the caller's
 */
export async function listCostLogs(ctx: Context, query: CostLogQuery): Promise<Connection<CostLogRow>> {
  const { orderBy } = query;
  const { tenantId } = ctx.caller;
  const first = checkFirst(query.first);
  const asked = checkCostFilter(query.filter, 'filter');
  const list = `costLogs ${orderBy} ${JSON.stringify(asked)}`;
  const after = query.after ? ctx.cursors.decode(tenantId, list, query.after) : null;
  const { filter, rows } = await ctx.read(async (tx) => {
    const projectId = await projectToRead(tx, asked.projectId ?? null, 'filter.projectId');
    const filter = { ...asked, projectId };
    return { filter, rows: await readPage(tx, filter, orderBy, after, first + 1) };
  });
  return toConnection(
    rows,
    first,
    after !== null,
    ({ place, number }) => ctx.cursors.encode(tenantId, list, [place, number]),
    () => ctx.readOnce((tx) => count(tx, filter)),
  );
}
