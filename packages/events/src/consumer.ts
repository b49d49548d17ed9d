import type { WakeUp } from '@rae/kernel';
import {
  type ConsumerDefinition,
  type CursorRow,
  createPartitionConsumer,
  type PartitionOptions,
  placeOf,
} from './consume-partition.ts';
import { PARTITIONS, typeTopic } from './event.ts';
import { createOutage } from './outage.ts';
import { findNews } from './place.ts';
import { repeat } from './repeat.ts';
import { throttle } from './throttle.ts';

export interface ConsumerOptions extends PartitionOptions {
  readonly wakeUp: WakeUp;
}

export interface Consumer {
  /** Reads on until nothing is left below the horizon; for tests and for the end of a drain. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Behind the hints, which may be lost, and for the cursors of what happens that is nobody's: they move on as well. */
const POLL_MS = 1_000;
/** What is written within this time is read together: a transaction for each event would cost more than writing it. */
const READ_EVERY_MS = 50;
const ALL = Array.from({ length: PARTITIONS }, (_, part) => part);

const INIT = {
  name: 'cursors_init',
  text: `insert into platform.event_cursors (consumer, part, epoch, tx, seq)
    select $1, n, 0, '0', 0 from generate_series(0, ${PARTITIONS - 1}) n on conflict do nothing`,
};
const CURSORS = {
  name: 'cursors_find',
  text: 'select part, epoch, tx::text as tx, seq::text as seq, touched_at from platform.event_cursors where consumer = $1',
};

/**
 * Reads the log behind a cursor row for each partition, which moves in the transaction of what was done: a crash is a rollback
 * and nothing is done twice. Any number of processes may run the same consumer.
 */
export function createConsumer(definition: ConsumerDefinition, options: ConsumerOptions): Consumer {
  const { transactAsWorker, wakeUp, logger } = options;
  const { name } = definition;
  const readPartition = createPartitionConsumer(definition, options);
  const outage = createOutage(logger, { consumer: name }, 'a consumer could not read on');
  const due = new Set<number>();
  let initialised = false;
  let closed = false;
  let running: Promise<void> | null = null;

  const readDue = async (): Promise<void> => {
    if (!initialised) await transactAsWorker((tx) => tx.query(INIT, [name]));
    initialised = true;
    let failure: unknown;
    for (const part of due) {
      due.delete(part);
      await readPartition(part, () => closed).catch((error) => {
        failure = error; // one partition that waits does not hold up the others
      });
    }
    if (failure) throw failure;
    outage.over();
  };
  const readAll = async (): Promise<void> => {
    try {
      do
        await readDue(); // at least once, also with nothing due: it must not end before `running` is set
      while (due.size > 0 && !closed);
    } catch (err) {
      outage.failed(err);
    } finally {
      running = null; // here and not behind the promise: what becomes due in between would wait for the next poll
    }
  };
  const run = (parts: readonly number[]): Promise<void> => {
    for (const part of parts) due.add(part);
    running ??= readAll();
    return running;
  };
  /** One statement instead of a transaction for each partition, as long as nothing happens. */
  const findDue = (): Promise<readonly number[]> =>
    transactAsWorker(async (tx) => {
      const cursors = await tx.query<CursorRow>(CURSORS, [name]);
      return cursors.length === 0 ? ALL : findNews(tx, cursors.map(placeOf));
    });
  const poll = async (): Promise<void> => {
    try {
      await run(await findDue());
    } catch (err) {
      outage.failed(err);
    }
  };
  const hinted = new Set<number>();
  const { hint, stop } = throttle(() => {
    const parts = [...hinted];
    hinted.clear();
    void run(parts);
  }, READ_EVERY_MS);
  const stops = ALL.flatMap((part) =>
    definition.types.map((type) =>
      wakeUp.subscribe(typeTopic(part, type), () => {
        hinted.add(part);
        hint();
      }),
    ),
  );
  const stopPolling = repeat(poll, POLL_MS);
  void run(ALL);
  return {
    drain: () => run(ALL),
    async close() {
      closed = true;
      stop();
      for (const unsubscribe of stops) unsubscribe();
      await stopPolling();
      await running;
    },
  };
}
