import type { Transaction } from '@rae/kernel';
import type { ChainHead } from './chain.ts';

/** The part of a chain that a page covers. */
export interface CheckedPage {
  /** Lines read; 0: there are no more. */
  readonly entries: number;
  /** The earliest line that does not hold; null: all hold. */
  readonly firstBrokenId: string | null;
  /** The last line that holds. */
  readonly head: ChainHead;
}

/** A hash chain of tenants: where it lies and how its lines are checked. */
export interface ChainSource {
  readonly chain: 'audit' | 'ledger';
  /** Table of the lines, with the columns tenant_id, number, id, hash and previous_hash. */
  readonly table: string;
  /** Table of the last line of each tenant. */
  readonly heads: string;
  /** Column of the table that says when a line was written. */
  readonly writtenAt: string;
  start(tenantId: string): ChainHead;
  /** Checks at most `limit` lines behind `after`, none of them above the number `upTo`; reads only. */
  checkPage(tx: Transaction, after: ChainHead, upTo: number, limit: number): Promise<CheckedPage>;
}

/** A line as far as its place in the chain goes. */
export interface ChainLink extends ChainHead {
  readonly id: string;
  readonly writtenAt: Date;
}

type Which = 'oldest' | 'at' | 'from';

const CONDITIONS: Readonly<Record<Which, string>> = {
  oldest: 'order by number limit 1',
  at: 'and number = $2',
  from: 'and number >= $2 order by number limit 1',
};

const columnsOf = ({ writtenAt }: ChainSource) => `id, number::float8 as number, hash, ${writtenAt} as "writtenAt"`;

async function findOne(tx: Transaction, source: ChainSource, which: Which, more: readonly number[] = []) {
  const text = `select ${columnsOf(source)} from ${source.table} where tenant_id = $1 ${CONDITIONS[which]}`;
  const statement = { name: `${source.chain}_link_${which}`, text };
  const [link] = await tx.query<ChainLink>(statement, [tx.caller.tenantId, ...more]);
  return link ?? null;
}

/** The oldest line that is kept; null: there is none. */
export const findOldest = (tx: Transaction, source: ChainSource): Promise<ChainLink | null> =>
  findOne(tx, source, 'oldest');

/** The line of this number; null: there is none. */
export const findLink = (tx: Transaction, source: ChainSource, number: number): Promise<ChainLink | null> =>
  findOne(tx, source, 'at', [number]);

/** Those of the lines of these numbers that are there, by number. */
export async function findLinks(
  tx: Transaction,
  source: ChainSource,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, ChainLink>> {
  const text = `select ${columnsOf(source)} from ${source.table} where tenant_id = $1 and number = any($2::bigint[])`;
  const links = await tx.query<ChainLink>({ name: `${source.chain}_links`, text }, [tx.caller.tenantId, numbers]);
  return new Map(links.map((link) => [link.number, link]));
}

export interface ChainEnds {
  /** The last line as it was noted when it was written; null: nothing was ever written. */
  readonly head: ChainHead | null;
  /** The last line that is there. */
  readonly newest: ChainLink | null;
}

/** Both of one moment: of two statements the second would see what is written in between. */
export async function findEnds(tx: Transaction, source: ChainSource): Promise<ChainEnds> {
  const text = `select head.number::float8 as "headNumber", head.hash as "headHash", newest.*
    from (select) as one left join ${source.heads} head on head.tenant_id = $1 left join lateral (
      select ${columnsOf(source)} from ${source.table} where tenant_id = $1 order by number desc limit 1) newest on true`;
  const [row] = await tx.query<ChainLink & { headNumber: number | null; headHash: Buffer }>(
    { name: `${source.chain}_ends`, text },
    [tx.caller.tenantId],
  );
  return {
    head: row?.headNumber ? { number: row.headNumber, hash: row.headHash } : null,
    newest: row?.id ? row : null,
  };
}

/**
 * The greatest number of a line written before `instant`, by halving: lines are nearly in order of time, and so need no index
 * of their own. Off by the lines of transactions that overlapped.
 *
 * @returns one less than the oldest line's number when all are later
 */
export async function findNumberBefore(
  tx: Transaction,
  source: ChainSource,
  { oldest, newest }: { readonly oldest: number; readonly newest: number },
  instant: Date,
): Promise<number> {
  let [below, above] = [oldest - 1, newest + 1];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    const link = await findOne(tx, source, 'from', [middle]); // where lines are missing, the next one
    if (link && link.writtenAt < instant) below = link.number;
    else above = middle;
  }
  return below;
}
