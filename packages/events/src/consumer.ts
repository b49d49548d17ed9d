import {
  type Caller,
  type Cause,
  isPlatformError,
  type Logger,
  NO_CAUSE,
  type Transaction,
  type WakeUp,
} from '@rae/kernel';
import { inSpan, type Metrics } from '@rae/telemetry';
import { type LogEvent, PARTITIONS, wakeTopic } from './event.ts';
import { LONGEST_TRANSACTION_MS, type ReadWith } from './partition-reader.ts';
import { type EventPosition, justBelow } from './position.ts';
import { type LogPage, readLog } from './read-log.ts';

export interface ConsumerDefinition {
  /** Names its cursors; a new name reads the log from its beginning. */
  readonly name: string;
  readonly types: readonly string[];
  /** Runs as rae_app of the event's tenant, in the transaction that moves the cursor: its effects happen exactly once. */
  handle(tx: Transaction, event: LogEvent): Promise<void>;
}

export interface ConsumerOptions {
  readonly transactAsWorker: ReadWith;
  /** The rest of a worker's transaction as a caller of one tenant. */
  readonly actAs: (tx: Transaction, caller: Caller, cause: Cause) => Promise<Transaction>;
  readonly actAsWorker: (tx: Transaction) => Promise<void>;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Consumer {
  /** Reads on until nothing is left below the horizon; for tests and for the end of a drain. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const BATCH = 100;
const POLL_MS = 1_000;

const INIT = {
  name: 'cursors_init',
  text: `insert into platform.event_cursors (consumer, part, epoch, tx, seq)
    select $1, n, 0, '0', 0 from generate_series(0, ${PARTITIONS - 1}) n on conflict do nothing`,
};
const CLAIM = {
  name: 'cursors_claim',
  text: `select epoch, tx::text as tx, seq::text as seq, touched_at from platform.event_cursors
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

const reached = (page: LogPage): EventPosition =>
  page.complete ? justBelow(page.epoch, page.xmin) : (page.events.at(-1)?.position ?? justBelow(page.epoch, page.xmin));

const callerOf = (consumer: string, tenantId: string): Caller => ({
  tenantId,
  actor: `system:${consumer}`,
  roles: [],
  projectId: null,
  apiKeyId: null,
  agentId: null,
  userId: null,
  sessionId: null,
});

const causeOf = ({ id, depth }: LogEvent): Cause => ({ ...NO_CAUSE, eventId: id, depth: depth + 1 });

/**
 * Reads the log partition by partition behind a cursor row: claim, read below the horizon, do, move, commit. A crash is a
 * rollback and nothing is done twice; any number of processes may run the same consumer. An event whose handling fails for
 * good is set aside with its reason, and the cursor moves on.
 */
export function createConsumer(definition: ConsumerDefinition, options: ConsumerOptions): Consumer {
  const { transactAsWorker, actAs, actAsWorker, wakeUp, logger, metrics } = options;
  const { name } = definition;
  let initialised = false;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  const due = new Set<number>();
  let running: Promise<void> | null = null;

  const handleOne = async (workerTx: Transaction, event: LogEvent, careful: boolean): Promise<void> => {
    if (!definition.types.includes(event.type)) return;
    const asTenant = () => actAs(workerTx, callerOf(name, event.tenantId), causeOf(event));
    const tx = await asTenant();
    if (careful) await tx.query('savepoint event');
    try {
      await inSpan(`consume ${name}`, event.traceparent, () => definition.handle(tx, event));
      metrics.count('rae_events_consumed_total', 'Events handled by consumers', { consumer: name });
    } catch (error) {
      if (!careful || (isPlatformError(error) && error.retryable)) throw error;
      await tx.query('rollback to savepoint event');
      await asTenant();
      await tx.query(SET_ASIDE, [
        name,
        event.tenantId,
        event.id,
        error instanceof Error ? error.message : String(error),
      ]);
      metrics.count('rae_events_quarantined_total', 'Events set aside', { consumer: name });
      logger.error(
        { err: error, consumer: name, eventId: event.id },
        'an event could not be handled and was set aside',
      );
    }
  };

  /** @returns whether there may be more */
  const step = (part: number, careful: boolean): Promise<boolean> =>
    transactAsWorker(async (tx) => {
      const [cursor] = await tx.query<EventPosition & { touched_at: Date }>(CLAIM, [name, part]);
      if (!cursor) return false; // another process is at it
      const since = new Date(cursor.tx === '0' ? 0 : cursor.touched_at.getTime() - LONGEST_TRANSACTION_MS);
      const page = await readLog(tx, { owner: { part }, after: cursor, since, limit: careful ? 1 : BATCH });
      for (const event of page.events) await handleOne(tx, event, careful);
      if (page.events.length === 0) return false;
      await actAsWorker(tx);
      const { epoch, tx: xid, seq } = reached(page);
      await tx.query(MOVE, [
        name,
        part,
        epoch,
        xid,
        seq,
        page.complete ? tx.now : (page.events.at(-1)?.recordedAt ?? tx.now),
      ]);
      return !page.complete;
    });

  const readPartition = async (part: number): Promise<void> => {
    for (let more = true; more && !closed; ) {
      more = await step(part, false).catch(async (error) => {
        if (isPlatformError(error) && error.retryable) throw error;
        return (await step(part, true)) || true; // one by one, until the poison event is behind
      });
    }
  };
  const work = async (): Promise<void> => {
    if (!initialised) await transactAsWorker((tx) => tx.query(INIT, [name]));
    initialised = true;
    for (const part of due) {
      due.delete(part);
      await readPartition(part);
    }
  };
  const run = (parts: Iterable<number>): Promise<void> => {
    for (const part of parts) due.add(part);
    running ??= work()
      .catch((err) => logger.warn({ err, consumer: name }, 'a consumer could not read on; trying again'))
      .finally(() => {
        running = null;
      });
    return running;
  };
  const all = Array.from({ length: PARTITIONS }, (_, part) => part);
  const stops = all.map((part) => wakeUp.subscribe(wakeTopic(part), () => void run([part])));
  const poll = () => {
    timer = setTimeout(() => void run(all).finally(() => closed || poll()), POLL_MS);
  };
  void run(all);
  poll();
  return {
    async drain() {
      do await run(all);
      while (due.size > 0);
    },
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      for (const stop of stops) stop();
      await running;
    },
  };
}
