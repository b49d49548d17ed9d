import { LOG_EPOCH_SQL } from '@rae/events';
import type { Transaction } from '@rae/kernel';
import type { Delta } from '../engine/index.ts';
import { goneRecordSql, packSql, recordSql, unpack, vectorIdSql, vectorRecordSql } from '../engine/index.ts';

/** Rows in one piece: no statement of the embedded database may hold it up for long. */
export const PIECE_ROWS = 1_024;
/** Rows in one pack, some 50 kB: a message that fits into one read of the socket is parsed where it lies, a larger one is copied over and over. */
const PACK_ROWS = 48;

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

const piece = (vector: string) => `select p.last::text as last, p.pack as rows,
      (select ${packSql(vector)} from memory.vector v
        where tenant_id = $1 and project_id = $2 and mid >= p.first and mid <= p.last and model = $4) as vectors
    from (select part, min(mid) as first, max(mid) as last, ${packSql('record')} as pack
      from (select mid, (row_number() over (order by mid) - 1) / ${PACK_ROWS} as part, ${recordSql('m')} as record
        from memory.memory m where tenant_id = $1 and project_id = $2 and mid > $3 order by mid limit ${PIECE_ROWS}) m
      group by part) p order by p.part`;

const WITH_VECTORS = { name: 'index_piece', text: piece(vectorRecordSql('v')) };
const WITH_VECTOR_IDS = { name: 'index_piece_ids', text: piece(vectorIdSql('v')) };

/** Rows of a table whose writer the snapshot $3 had not seen; the visibility test stands inside the limit. */
const unseen = (table: string): string => `(select * from memory.${table} where tenant_id = $1 and project_id = $2
      and tx >= pg_snapshot_xmin($3::pg_snapshot) and not pg_visible_in_snapshot(tx, $3::pg_snapshot)
      order by tenant_id, project_id, tx limit $4)`;

const DELTA = {
  name: 'index_delta',
  text: `select pg_current_snapshot()::text as snapshot, ${LOG_EPOCH_SQL} as epoch, m.pack as rows, g.pack as erased, v.pack as vectors,
      greatest(m.count, g.count, v.count)::int as most
    from (select count(*) as count, ${packSql(recordSql('m'))} as pack from ${unseen('memory')} m) m,
      (select count(*) as count, ${packSql(goneRecordSql('g'))} as pack from ${unseen('gone')} g) g,
      (select count(*) as count, ${packSql(vectorRecordSql('v'), ' filter (where v.model = $5)')} as pack from ${unseen('vector')} v) v`,
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

/** Rows and what is known of their vectors, packed for the index. */
export interface PackedRows {
  /** Number of the last row. */
  readonly last: string;
  readonly rows: string;
  /** Null: none of them has one. */
  readonly vectors: string | null;
}

export async function readIndexStart(tx: Transaction, projectId: string): Promise<IndexStart> {
  const [start] = await tx.query<IndexStart>(START, [tx.caller.tenantId, projectId]);
  if (!start) throw new Error('no snapshot');
  return start;
}

/**
 * The next rows after `after` (a number, '0' at first), with their vectors of `model`, in packs; none: there are no more.
 *
 * @param keepsVectors false: with the ids of those that have one
 */
export const readIndexPiece = (
  tx: Transaction,
  projectId: string,
  after: string,
  model: string,
  keepsVectors: boolean,
): Promise<PackedRows[]> =>
  tx.query(keepsVectors ? WITH_VECTORS : WITH_VECTOR_IDS, [tx.caller.tenantId, projectId, after, model]);

type Packed<T, Packs extends keyof T> = Omit<T, Packs> & Readonly<Record<Packs, string | null>>;

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
  const [row] = await tx.query<Packed<Delta & { epoch: number; most: number }, 'rows' | 'erased' | 'vectors'>>(DELTA, [
    tx.caller.tenantId,
    projectId,
    snapshot,
    limit + 1,
    model,
  ]);
  if (!row) throw new Error('no snapshot');
  const { rows, erased, vectors, most, ...same } = row;
  return { ...same, rows: unpack(rows), erased: unpack(erased), vectors: unpack(vectors), complete: most <= limit };
}
