import { badInput } from '@rae/kernel';

/**
 * A place in the event log. Epoch first: it rises when the log goes on in another cluster (a restore), whose transaction
 * ids start low again. `tx` and `seq` are 64-bit and travel as decimal strings.
 */
export interface EventPosition {
  readonly epoch: number;
  readonly tx: string;
  readonly seq: string;
}

/** Postgres' largest bigint. */
const MAX_SEQ = 9_223_372_036_854_775_807n;

/** Before everything. */
export const LOG_START: EventPosition = { epoch: 0, tx: '0', seq: '0' };

/** The last place below the horizon `xmin` (pg_snapshot_xmin): everything up to it is committed and will not grow. */
export const justBelow = (epoch: number, xmin: string): EventPosition => ({
  epoch,
  tx: String(BigInt(xmin) - 1n),
  seq: String(MAX_SEQ),
});

/** Negative when `a` is before `b`, in log order. */
export function comparePositions(a: EventPosition, b: EventPosition): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (a.tx !== b.tx) return BigInt(a.tx) < BigInt(b.tx) ? -1 : 1;
  return a.seq === b.seq ? 0 : BigInt(a.seq) < BigInt(b.seq) ? -1 : 1;
}

/** What clients get as `cursor`, and give back as `after` and `minCursor`. Holds a place alone, so it tells nothing of a tenant. */
export const encodeCursor = ({ epoch, tx, seq }: EventPosition): string =>
  Buffer.from(`e${epoch}.${tx}.${seq}`).toString('base64url');

/** @throws BAD_USER_INPUT naming the field when it is not a cursor of the event log */
export function decodeCursor(cursor: string, field = 'after'): EventPosition {
  const match = /^e(\d{1,9})\.(\d{1,19})\.(\d{1,19})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const [, epoch = '0', tx = '0', seq = '0'] = match ?? [];
  if (!match || BigInt(seq) > MAX_SEQ)
    throw badInput(field, 'this is not a cursor of the event log; take the cursor of an event or of a write');
  return { epoch: Number(epoch), tx: String(BigInt(tx)), seq: String(BigInt(seq)) };
}
