import type { Logger, WakeUp } from '@rae/kernel';
import { createOutage } from './outage.ts';
import { createPartitionReader, type PartitionReader, type ReadWith } from './partition-reader.ts';
import { findNews } from './place.ts';
import { repeat } from './repeat.ts';

export interface ReadersOptions {
  readonly readAsWorker: ReadWith;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
}

/** Behind the hints, which may be lost. */
const POLL_MS = 250;

/** The readers of this process, one for each partition that somebody listens to, and the one poll for all of them. */
export function createReaders({ readAsWorker, wakeUp, logger }: ReadersOptions) {
  const readers = new Map<number, PartitionReader>();
  const outage = createOutage(logger, {}, 'the event log could not be polled');
  const poll = async () => {
    try {
      const places = [...readers.values()].flatMap((reader) => reader.place() ?? []);
      if (places.length === 0) return;
      const news = await readAsWorker((tx) => findNews(tx, places));
      await Promise.all(news.map((partition) => readers.get(partition)?.read()));
      outage.over();
    } catch (err) {
      outage.failed(err);
    }
  };
  const stop = repeat(poll, POLL_MS);
  return {
    of(partition: number): PartitionReader {
      const known = readers.get(partition) ?? createPartitionReader({ partition, read: readAsWorker, wakeUp, logger });
      readers.set(partition, known);
      return known;
    },
    async close() {
      await stop();
      await Promise.all([...readers.values()].map((reader) => reader.close()));
    },
  };
}
