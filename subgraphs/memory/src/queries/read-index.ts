import { LOG_EPOCH_SQL } from '@rae/events';
import type { Transaction } from '@rae/kernel';
import type { Delta } from '../engine/index.ts';
import { goneRecordSql, recordSql, vectorIdSql, vectorRecordSql } from '../engine/index.ts';

/** Rows in one piece: no statement of the embedded database may hold it up for long. */
export const PIECE_ROWS = 2_048;

/** What a project's index is loaded from, beginning with the snapshot that its first delta starts at. */
export interface IndexStart {
  readonly snapshot: string;
  readonly epoch: number;
  readonly rows: number;
}

const START = {
  name: 'index_start',
  text: `select pg_current_snapshot()::text as snapshot, ${LOG_EPOCH_SQL} as epoch,
    (select count(*)::int from memory.memory where tenant_id = $1 and project_id = $2) as rows`,
};

const ROWS = {
  name: 'index_rows',
  text: `select max(m.mid)::text as last, count(*)::int as count, string_agg(${recordSql('m')}, ''::bytea order by m.mid) as pack
    from (select * from memory.memory where tenant_id = $1 and project_id = $2 and mid > $3 order by mid limit ${PIECE_ROWS}) m`,
};

const vectorsPacked = (record: string) => `select max(v.mid)::text as last, count(*)::int as count,
      string_agg(${record}, ''::bytea) filter (where v.model = $4) as pack
    from (select * from memory.vector where tenant_id = $1 and project_id = $2 and mid > $3 order by mid limit ${PIECE_ROWS}) v`;

const VECTORS = { name: 'index_vectors', text: vectorsPacked(vectorRecordSql('v')) };
const VECTOR_IDS = { name: 'index_vector_ids', text: vectorsPacked(vectorIdSql('v')) };

/** Rows of a table whose writer the snapshot $3 had not seen; the visibility test stands inside the limit. */
const unseen = (table: string): string => `(select * from memory.${table} where tenant_id = $1 and project_id = $2
      and tx >= pg_snapshot_xmin($3::pg_snapshot) and not pg_visible_in_snapshot(tx, $3::pg_snapshot)
      order by tenant_id, project_id, tx limit $4)`;

const DELTA = {
  name: 'index_delta',
  text: `select pg_current_snapshot()::text as snapshot, ${LOG_EPOCH_SQL} as epoch, m.pack as rows, g.pack as erased, v.pack as vectors,
      greatest(m.count, g.count, v.count)::int as most
    from (select count(*) as count, string_agg(${recordSql('m')}, ''::bytea order by m.mid) as pack from ${unseen('memory')} m) m,
      (select count(*) as count, string_agg(${goneRecordSql('g')}, ''::bytea) as pack from ${unseen('gone')} g) g,
      (select count(*) as count, string_agg(${vectorRecordSql('v')}, ''::bytea) filter (where v.model = $5) as pack from ${unseen('vector')} v) v`,
};

const hasUnseen = (table: string): string => `exists (select from (select tx from memory.${table}
      where tenant_id = $1 and project_id = $2 and tx >= pg_snapshot_xmin($3::pg_snapshot) and not pg_visible_in_snapshot(tx, $3::pg_snapshot)
      order by tenant_id, project_id, tx limit 1) unseen)`;

const NEWS = {
  name: 'index_news',
  text: `select pg_current_snapshot()::text as snapshot, ${LOG_EPOCH_SQL} as epoch,
    ${['memory', 'vector', 'gone'].map(hasUnseen).join(' or ')} as news`,
};

export interface IndexNews {
  readonly snapshot: string;
  readonly epoch: number;
  /** False: this transaction's snapshot sees nothing of the project that the other did not. */
  readonly news: boolean;
}

/** Whether there is anything to take over: by the indexes alone, for a third of what the delta costs when it finds nothing. */
export async function readIndexNews(tx: Transaction, projectId: string, snapshot: string): Promise<IndexNews> {
  const [row] = await tx.query<IndexNews>(NEWS, [tx.caller.tenantId, projectId, snapshot]);
  if (!row) throw new Error('no snapshot');
  return row;
}

export interface Piece {
  readonly last: string | null;
  readonly count: number;
  readonly pack: Buffer | null;
}

export async function readIndexStart(tx: Transaction, projectId: string): Promise<IndexStart> {
  const [start] = await tx.query<IndexStart>(START, [tx.caller.tenantId, projectId]);
  if (!start) throw new Error('no snapshot');
  return start;
}

const EMPTY: Piece = { last: null, count: 0, pack: null };

/** The next rows after `after` (a number, '0' at first), packed for the index. */
export const readIndexRows = async (tx: Transaction, projectId: string, after: string): Promise<Piece> =>
  (await tx.query<Piece>(ROWS, [tx.caller.tenantId, projectId, after]))[0] ?? EMPTY;

/** The next vectors of `model` after `after`, packed for the index. */
export const readIndexVectors = async (
  tx: Transaction,
  projectId: string,
  after: string,
  model: string,
): Promise<Piece> => (await tx.query<Piece>(VECTORS, [tx.caller.tenantId, projectId, after, model]))[0] ?? EMPTY;

/** The same with their ids alone. */
export const readIndexVectorIds = async (
  tx: Transaction,
  projectId: string,
  after: string,
  model: string,
): Promise<Piece> => (await tx.query<Piece>(VECTOR_IDS, [tx.caller.tenantId, projectId, after, model]))[0] ?? EMPTY;

export interface IndexDelta extends Delta {
  readonly epoch: number;
  /** False: there was more than `limit`, and the delta must not be applied. */
  readonly complete: boolean;
}

/** What this transaction's snapshot sees and `snapshot` does not, as long as it is at most `limit` rows of a table. */
export async function readIndexDelta(
  tx: Transaction,
  projectId: string,
  snapshot: string,
  model: string,
  limit: number,
): Promise<IndexDelta> {
  const [row] = await tx.query<Delta & { epoch: number; most: number }>(DELTA, [
    tx.caller.tenantId,
    projectId,
    snapshot,
    limit + 1,
    model,
  ]);
  if (!row) throw new Error('no snapshot');
  return { ...row, complete: row.most <= limit };
}
