import type { Transaction } from '@rae/kernel';
import { type EventPosition, justBelow } from './position.ts';
import type { LogPage } from './read-log.ts';

/** How far somebody has read a partition. */
export interface LogPlace {
  readonly part: number;
  readonly position: EventPosition;
  /** Nothing recorded earlier can come after `position`; spares looking at the days before. */
  readonly since: Date;
}

/** No transaction lives as long: what comes up behind a place was recorded at most this much before the place was reached. */
const LONGEST_TRANSACTION_MS = 86_400_000;

/** The earliest that something after a place can have been recorded, which was reached at `reachedAt`. */
export const earliestAfter = (reachedAt: Date): Date => new Date(reachedAt.getTime() - LONGEST_TRANSACTION_MS);

/** Where a reader of this page stands: at the horizon when it has all below, at its last event otherwise. */
export const reachedBy = ({ events, complete, epoch, xmin }: LogPage): EventPosition =>
  (complete ? null : events.at(-1)?.position) ?? justBelow(epoch, xmin);

/** The limit makes it one index look-up a place; as a join it would read more the longer the log is. */
const NEWS = {
  name: 'events_news',
  text: `select place.part
    from platform.event_log log,
      unnest($1::smallint[], $2::int[], $3::xid8[], $4::bigint[], $5::timestamptz[]) as place(part, epoch, tx, seq, since),
      lateral (select from platform.events e
        where e.part = place.part and (e.epoch, e.tx, e.seq) > (place.epoch, place.tx, place.seq)
          and (e.epoch < log.epoch or e.tx < pg_snapshot_xmin(pg_current_snapshot()))
          and e.recorded_at >= place.since
        order by e.epoch, e.tx, e.seq limit 1) next`,
};

/** Which partitions have something below the horizon that lies after their place; for all of them one statement. */
export async function findNews(tx: Transaction, places: readonly LogPlace[]): Promise<number[]> {
  const rows = await tx.query<{ part: number }>(NEWS, [
    places.map(({ part }) => part),
    places.map(({ position }) => position.epoch),
    places.map(({ position }) => position.tx),
    places.map(({ position }) => position.seq),
    places.map(({ since }) => since),
  ]);
  return rows.map(({ part }) => part);
}
