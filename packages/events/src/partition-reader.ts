import { type Logger, PlatformError, type Transaction, type WakeUp } from '@rae/kernel';
import { type LogEvent, wakeTopic } from './event.ts';
import { comparePositions, type EventPosition, justBelow, LOG_START } from './position.ts';
import { type LogPage, readLog } from './read-log.ts';

/** Reads of the log; as rae_worker over a partition, as rae_app over a tenant. */
export type ReadWith = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

export interface PartitionReader {
  /** Calls back with events in log order from now on. `position`: all before it was handed out already, or is the past's. */
  join(onEvents: (events: readonly LogEvent[]) => void): Promise<{ position: EventPosition; leave: () => void }>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly partition: number;
  readonly read: ReadWith;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
}

const PAGE = 500;
/** Behind the hints, which may be lost. */
const POLL_MS = 250;
/** No transaction lives as long: what is recorded earlier cannot come up behind the position. */
export const LONGEST_TRANSACTION_MS = 86_400_000;

const whereItStands = (page: LogPage): EventPosition => {
  const last = page.events.at(-1);
  return page.complete || !last ? justBelow(page.epoch, page.xmin) : last.position;
};

/**
 * The one reader of a partition in this process: takes no lock, holds no cursor row, and hands rows to all who joined. It
 * runs while somebody is there.
 */
export function createPartitionReader({ partition, read, wakeUp, logger }: ReaderOptions): PartitionReader {
  const listeners = new Set<(events: readonly LogEvent[]) => void>();
  let position: EventPosition | null = null;
  let since = new Date();
  let timer: NodeJS.Timeout | null = null;
  let unsubscribe: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let again = false;

  const readOn = async (): Promise<boolean> => {
    const startedAt = new Date(Date.now() - LONGEST_TRANSACTION_MS);
    const from = position;
    const page = await read((tx) =>
      readLog(tx, { owner: { part: partition }, after: from ?? LOG_START, since, limit: from ? PAGE : 0 }),
    );
    position = from ? whereItStands(page) : justBelow(page.epoch, page.xmin);
    if (page.complete) since = startedAt;
    if (page.events.length > 0) for (const onEvents of listeners) onEvents(page.events);
    return !page.complete && from !== null;
  };
  const catchUp = async (): Promise<void> => {
    try {
      do {
        again = false;
        while (await readOn());
      } while (again);
    } catch (err) {
      logger.warn({ err, partition }, 'the event log could not be read; trying again');
    }
  };
  const run = (): Promise<void> => {
    again = true;
    running ??= catchUp().finally(() => {
      running = null;
      if (timer) clearTimeout(timer);
      timer = listeners.size > 0 ? setTimeout(() => void run(), POLL_MS) : null;
    });
    return running;
  };
  const stop = () => {
    if (timer) clearTimeout(timer);
    unsubscribe?.();
    timer = null;
    unsubscribe = null;
    position = null;
  };
  return {
    async join(onEvents) {
      listeners.add(onEvents);
      unsubscribe ??= wakeUp.subscribe(wakeTopic(partition), () => void run());
      const leave = () => {
        listeners.delete(onEvents);
        if (listeners.size === 0) stop();
      };
      if (position === null) await run();
      if (position === null) {
        leave();
        throw new PlatformError('DEPENDENCY_UNAVAILABLE', 'The event log could not be read; subscribe again.', {
          dependency: 'database',
        });
      }
      return { position, leave };
    },
    async close() {
      listeners.clear();
      stop();
      await running;
    },
  };
}

/** Whether `event` is past `position`. */
export const isAfter = (event: LogEvent, position: EventPosition): boolean =>
  comparePositions(event.position, position) > 0;
