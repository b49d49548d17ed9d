import { type Logger, PlatformError, type Transaction, type WakeUp } from '@rae/kernel';
import { type LogEvent, wakeTopic } from './event.ts';
import { createOutage } from './outage.ts';
import { earliestAfter, type LogPlace, reachedBy } from './place.ts';
import { type EventPosition, justBelow, LOG_START } from './position.ts';
import { readLog } from './read-log.ts';
import { throttle } from './throttle.ts';

/** Reads of the log; as rae_worker over a partition, as rae_app over a tenant. */
export type ReadWith = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

export interface PartitionReader {
  /** Calls back with events in log order from now on. `position`: all before it was handed out already, or is the past's. */
  join(onEvents: (events: readonly LogEvent[]) => void): Promise<{ position: EventPosition; leave: () => void }>;
  /** Where it stands; null while nobody listens. */
  place(): LogPlace | null;
  /** Hands out what there is after its place. */
  read(): Promise<void>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly partition: number;
  readonly read: ReadWith;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
}

/** What is written within this time is handed out together; the first event after a pause is not held up. */
const READ_EVERY_MS = 10;
const PAGE = 500;

/**
 * The one reader of a partition in this process: takes no lock, holds no cursor row, and hands rows to all who joined. It
 * reads on at every hint; whoever made it calls `read` where hints may be lost.
 */
export function createPartitionReader({ partition, read, wakeUp, logger }: ReaderOptions): PartitionReader {
  const listeners = new Set<(events: readonly LogEvent[]) => void>();
  const outage = createOutage(logger, { partition }, 'the event log could not be read');
  let place: LogPlace | null = null;
  let unsubscribe: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let again = false;

  /** @returns whether there may be more */
  const readOn = async (): Promise<boolean> => {
    const since = earliestAfter(new Date());
    const from = place;
    const page = await read((tx) =>
      readLog(tx, {
        owner: { part: partition },
        after: from?.position ?? LOG_START,
        since: from?.since ?? since,
        limit: from ? PAGE : 0,
      }),
    );
    if (listeners.size === 0) return false; // all left meanwhile: the next one begins anew
    const position = from ? reachedBy(page) : justBelow(page.epoch, page.xmin);
    place = { part: partition, position, since: from && !page.complete ? from.since : since };
    if (page.events.length > 0) for (const onEvents of listeners) onEvents(page.events);
    return from !== null && !page.complete;
  };
  const readAll = async (): Promise<void> => {
    try {
      do {
        again = false;
        while (await readOn());
      } while (again);
      outage.over();
    } catch (err) {
      outage.failed(err);
    } finally {
      running = null;
    }
  };
  const run = (): Promise<void> => {
    again = true;
    running ??= readAll();
    return running;
  };
  const hints = throttle(() => void run(), READ_EVERY_MS);
  const stop = () => {
    hints.stop();
    unsubscribe?.();
    unsubscribe = null;
    place = null;
  };
  return {
    async join(onEvents) {
      listeners.add(onEvents);
      unsubscribe ??= wakeUp.subscribe(wakeTopic(partition), hints.hint);
      const leave = () => {
        if (listeners.delete(onEvents) && listeners.size === 0) stop();
      };
      if (!place) await run();
      if (!place) {
        leave();
        throw new PlatformError('DEPENDENCY_UNAVAILABLE', 'The event log could not be read; subscribe again.', {
          dependency: 'database',
        });
      }
      return { position: place.position, leave };
    },
    place: () => place,
    read: run,
    async close() {
      listeners.clear();
      stop();
      await running;
    },
  };
}
