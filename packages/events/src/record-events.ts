import { type JsonValue, type Transaction, uuidv7 } from '@rae/kernel';
import { currentTraceparent } from '@rae/telemetry';
import { type NewEvent, partitionOf, wakeReaders } from './event.ts';
import type { EventPosition } from './position.ts';

const INSERT = {
  name: 'events_insert',
  text: `insert into platform.events (epoch, part, id, tenant_id, project_id, type, source, subject, actor, payload, tags,
      traceparent, causation_id, depth, occurred_at)
    select log.epoch, $1, e.id, $2, e.project_id, e.type, '/' || split_part(e.type, '.', 1), e.subject, $3, e.payload, e.tags, $4, $5, $6, $7
    from platform.event_log log,
      rows from (jsonb_to_recordset($8::jsonb) as (id uuid, project_id uuid, type text, subject text, payload jsonb, tags text[]))
        with ordinality as e(id, project_id, type, subject, payload, tags, n)
    order by e.n
    returning epoch, tx::text as tx, seq::text as seq`,
};

/**
 * Writes events into the log, in this order, in the transaction of what they tell: a crash before its commit leaves
 * neither. Readers are woken once it is durable.
 *
 * @returns their positions, in the same order
 */
export async function recordEvents(tx: Transaction, events: readonly NewEvent[]): Promise<EventPosition[]> {
  if (events.length === 0) return [];
  const partition = partitionOf(tx.caller.tenantId);
  const rows: JsonValue = events.map(({ type, projectId, subject, payload, tags = [] }) => ({
    id: uuidv7(tx.now.getTime()),
    project_id: projectId,
    type,
    subject,
    payload: { ...payload },
    tags: [...tags],
  }));
  const { eventId, depth } = tx.cause;
  wakeReaders(
    tx,
    events.map(({ type }) => type),
  );
  return tx.query<EventPosition>(INSERT, [
    partition,
    tx.caller.tenantId,
    tx.caller.actor,
    currentTraceparent(),
    eventId,
    depth,
    tx.now,
    JSON.stringify(rows),
  ]);
}

/** One event; see recordEvents. */
export async function recordEvent(tx: Transaction, event: NewEvent): Promise<EventPosition> {
  const [position] = await recordEvents(tx, [event]);
  if (!position) throw new Error('the event log is not set up: platform.event_log has no row');
  return position;
}
