import {
  type Caller,
  type Cause,
  isPlatformError,
  type Logger,
  NO_CAUSE,
  systemOf,
  type Transaction,
} from '@rae/kernel';
import { inSpan, type Metrics } from '@rae/telemetry';
import type { LogEvent } from './event.ts';
import type { ReadWith } from './partition-reader.ts';
import { earliestAfter, type LogPlace, reachedBy } from './place.ts';
import { type EventPosition, LOG_START } from './position.ts';
import { readLog } from './read-log.ts';

export interface ConsumerDefinition {
  /** Names its cursors; a new name reads the log from its beginning. */
  readonly name: string;
  readonly types: readonly string[];
  /** Runs as rae_app of the event's tenant, in the transaction that moves the cursor: its effects happen exactly once. */
  handle(tx: Transaction, event: LogEvent): Promise<void>;
}

export interface PartitionOptions {
  readonly transactAsWorker: ReadWith;
  /** The rest of a worker's transaction as a caller of one tenant. */
  readonly actAs: (tx: Transaction, caller: Caller, cause: Cause) => Promise<Transaction>;
  readonly actAsWorker: (tx: Transaction) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface CursorRow extends EventPosition {
  readonly part: number;
  readonly touched_at: Date;
}

const BATCH = 100;

const CLAIM = {
  name: 'cursors_claim',
  text: `select part, epoch, tx::text as tx, seq::text as seq, touched_at from platform.event_cursors
    where consumer = $1 and part = $2 for update skip locked`,
};
const MOVE = {
  name: 'cursors_move',
  text: `update platform.event_cursors set epoch = $3, tx = $4::xid8, seq = $5, touched_at = $6 where consumer = $1 and part = $2`,
};
const SET_ASIDE = {
  name: 'events_set_aside',
  text: `insert into platform.event_quarantine (consumer, tenant_id, event_id, reason) values ($1, $2, $3, $4) on conflict do nothing`,
};

/** `touched_at` is when the cursor's place was reached, or when its last event was recorded. */
export const placeOf = ({ part, touched_at, ...position }: CursorRow): LogPlace => ({
  part,
  position,
  since: position.tx === LOG_START.tx ? new Date(0) : earliestAfter(touched_at),
});

const causeOf = ({ id, depth }: LogEvent): Cause => ({ ...NO_CAUSE, eventId: id, depth: depth + 1 });

const isRetryable = (error: unknown): boolean => isPlatformError(error) && error.retryable;

/**
 * Reads one partition behind its cursor row: claim, read below the horizon, do, move, commit. A batch that fails is done
 * one by one, and an event that fails alone and for good is set aside with its reason.
 */
export function createPartitionConsumer(definition: ConsumerDefinition, options: PartitionOptions) {
  const { transactAsWorker, actAs, actAsWorker, logger, metrics } = options;
  const { name } = definition;
  /** @returns whether it acted as the event's tenant, and did not come back */
  type Handle = (tx: Transaction, event: LogEvent) => Promise<boolean>;

  const asTenant = (tx: Transaction, event: LogEvent) => actAs(tx, systemOf(event.tenantId, name), causeOf(event));

  const handleOne: Handle = async (workerTx, event) => {
    if (!definition.types.includes(event.type)) return false;
    const tx = await asTenant(workerTx, event);
    await inSpan(`consume ${name}`, event.traceparent, () => definition.handle(tx, event));
    tx.afterCommit(() => metrics.count('rae_events_consumed_total', 'Events handled by consumers', { consumer: name }));
    return true;
  };

  /** @returns whether there may be more */
  const step = (part: number, limit: number, handle: Handle): Promise<boolean> =>
    transactAsWorker(async (tx) => {
      const [cursor] = await tx.query<CursorRow>(CLAIM, [name, part]);
      if (!cursor) return false; // another process is at it
      const { position: after, since } = placeOf(cursor);
      const page = await readLog(tx, { owner: { part }, after, since, limit });
      const last = page.events.at(-1);
      if (!last) return false;
      let acted = false;
      for (const event of page.events) acted = (await handle(tx, event)) || acted;
      if (acted) await actAsWorker(tx);
      const { epoch, tx: xid, seq } = reachedBy(page);
      await tx.query(MOVE, [name, part, epoch, xid, seq, page.complete ? tx.now : last.recordedAt]);
      return !page.complete;
    });

  const setAside = (part: number, poison: LogEvent, err: unknown): Promise<boolean> =>
    step(part, 1, async (workerTx, event) => {
      if (event.id !== poison.id) return handleOne(workerTx, event); // another process went on meanwhile
      const tx = await asTenant(workerTx, event);
      const reason = err instanceof Error ? err.message : String(err);
      await tx.query(SET_ASIDE, [name, event.tenantId, event.id, reason]);
      tx.afterCommit(() => {
        metrics.count('rae_events_quarantined_total', 'Events set aside', { consumer: name });
        logger.error({ err, consumer: name, eventId: event.id }, 'an event could not be handled and was set aside');
      });
      return true;
    });

  /**
   * Reads on until nothing is left below the horizon, `isClosed` says so, or another process is at it.
   *
   * @throws what may go away by itself (a retryable error): the events stay where they are
   */
  return async (part: number, isClosed: () => boolean): Promise<void> => {
    let oneByOne = 0;
    for (let more = true; more && !isClosed(); oneByOne = Math.max(0, oneByOne - 1)) {
      const at: { event: LogEvent | null } = { event: null };
      try {
        more = await step(part, oneByOne > 0 ? 1 : BATCH, (tx, event) => {
          at.event = event;
          return handleOne(tx, event);
        });
      } catch (error) {
        if (isRetryable(error) || !at.event) throw error;
        if (oneByOne > 0) more = await setAside(part, at.event, error);
        else oneByOne = BATCH + 1;
      }
    }
  };
}
