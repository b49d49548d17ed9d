import type { JsonValue, Transaction } from '@rae/kernel';
import type { LogEvent } from './event.ts';
import type { EventPosition } from './position.ts';

/** Events of one read, and where the log stood. */
export interface LogPage {
  readonly events: LogEvent[];
  /** False: there may be more below the horizon. */
  readonly complete: boolean;
  readonly epoch: number;
  /** The horizon: every transaction with a lower id has ended. */
  readonly xmin: string;
  /** Transaction ids from here on have not begun. */
  readonly xmax: string;
  readonly floor: EventPosition;
}

interface Row {
  epoch: number;
  tx: string;
  seq: string;
  id: string;
  tenant_id: string;
  project_id: string | null;
  type: string;
  source: string;
  subject: string | null;
  actor: string;
  payload: Record<string, JsonValue>;
  tags: string[];
  traceparent: string | null;
  causation_id: string | null;
  depth: number;
  occurred_at: Date;
  recorded_at: Date;
}

interface State {
  log_epoch: number;
  xmin: string;
  xmax: string;
  floor_epoch: number;
  floor_tx: string;
  floor_seq: string;
}

/**
 * Where the log stands, and the rows after a position and below its horizon, all of one snapshot; one row without an event
 * where there are none. Rows of older epochs are below every horizon. `since` only spares looking at days that cannot hold
 * such rows. The position comes as parameters: joined from a table, the index would be read from its beginning.
 */
const rowsAfter = (owner: 'part' | 'tenant_id') => ({
  name: `events_after_${owner}`,
  text: `select log.epoch as log_epoch, log.xmin::text as xmin, log.xmax::text as xmax, log.floor_epoch,
      log.floor_tx::text as floor_tx, log.floor_seq::text as floor_seq,
      e.epoch, e.tx::text as tx, e.seq::text as seq, e.id, e.tenant_id, e.project_id, e.type, e.source, e.subject, e.actor,
      e.payload, e.tags, e.traceparent, e.causation_id, e.depth, e.occurred_at, e.recorded_at
    from (select *, pg_snapshot_xmin(pg_current_snapshot()) as xmin, pg_snapshot_xmax(pg_current_snapshot()) as xmax
        from platform.event_log) log
      left join lateral (select * from platform.events
        where ${owner} = $1 and (epoch, tx, seq) > ($2::int, $3::xid8, $4::bigint)
          and (epoch < log.epoch or tx < log.xmin) and recorded_at >= $5
        order by epoch, tx, seq limit $6) e on true
    order by e.epoch, e.tx, e.seq`,
});
const AFTER = { part: rowsAfter('part'), tenant_id: rowsAfter('tenant_id') };

const toEvent = (row: Row): LogEvent => ({
  position: { epoch: row.epoch, tx: row.tx, seq: row.seq },
  id: row.id,
  tenantId: row.tenant_id,
  projectId: row.project_id,
  type: row.type,
  source: row.source,
  subject: row.subject,
  actor: row.actor,
  payload: row.payload,
  tags: row.tags,
  traceparent: row.traceparent,
  causationId: row.causation_id,
  depth: row.depth,
  occurredAt: row.occurred_at,
  recordedAt: row.recorded_at,
});

export interface LogQuery {
  /** One partition (as rae_worker), or one tenant (as rae_app). */
  readonly owner: { part: number } | { tenantId: string };
  readonly after: EventPosition;
  /** Nothing recorded earlier can come after `after`. */
  readonly since: Date;
  readonly limit: number;
}

type MaybeRow = State & (Row | Record<keyof Row, null>);

const isEvent = (row: MaybeRow): row is State & Row => row.id !== null;

/** Reads a page of the log in order, below the horizon; one statement. */
export async function readLog(tx: Transaction, { owner, after, since, limit }: LogQuery): Promise<LogPage> {
  const [statement, value] = 'part' in owner ? [AFTER.part, owner.part] : [AFTER.tenant_id, owner.tenantId];
  const values = [value, after.epoch, after.tx, after.seq, since, limit];
  const rows = await tx.query<MaybeRow>(statement, values);
  const [state] = rows;
  if (!state) throw new Error('the event log is not set up: platform.event_log has no row');
  const { log_epoch: epoch, xmin, xmax, floor_epoch, floor_tx, floor_seq } = state;
  const floor = { epoch: floor_epoch, tx: floor_tx, seq: floor_seq };
  const events = rows.filter(isEvent).map(toEvent);
  return { events, complete: events.length < limit, epoch, xmin, xmax, floor };
}
