import { badInput } from './platform-error.ts';
import type { Statement, Transaction } from './transaction.ts';

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** A page of a list that grows; `totalCount` is asked of the database only when the client selected it. */
export interface Connection<Node> {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: PageInfo;
  totalCount: () => Promise<number>;
}

export const MAX_PAGE = 200;
/** Totals are exact up to here; one more means "more". */
export const MAX_COUNT = 10_000;

/** The number that a statement gives as its one row's `count`. */
export async function countRows(
  tx: Transaction,
  statement: string | Statement,
  values: readonly unknown[],
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(statement, values);
  return row?.count ?? 0;
}

/** @throws BAD_USER_INPUT unless `first` is a whole number from 1 to `max` */
export function checkFirst(first: number, max: number = MAX_PAGE, field = 'first'): number {
  if (!Number.isInteger(first) || first < 1 || first > max)
    throw badInput(field, `must be 1 to ${max}, not ${first}`, { limit: max, given: first });
  return first;
}

/** Makes a connection of `first + 1` rows read: the extra row only tells that there is a next page. */
export function toConnection<Row>(
  rows: readonly Row[],
  first: number,
  hasPreviousPage: boolean,
  cursorOf: (row: Row) => string,
  totalCount: () => Promise<number>,
): Connection<Row> {
  const nodes = rows.slice(0, first);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
