import { type Caller, type Logger, systemOf, type Transaction } from '@rae/kernel';
import { addUsage, type Usage } from '../../queries/usage.ts';

/** Counts what is used, beside the requests that use it. */
export interface UsageCounter {
  /** Counts one use of each, now. Never waits and never throws. */
  count(tenantId: string, memoryIds: readonly string[], at: Date): void;
  /** Writes what was counted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface UsageOptions {
  readonly writeAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly logger: Logger;
}

/** Uses within this time are written together: a search of 200 hits is one statement, and so are a hundred searches. */
const FLUSH_MS = 1_000;
/** Of one tenant; above, uses are dropped: while the database is away, counting must not fill the memory. */
const MOST_WAITING = 20_000;

/**
 * Counts uses in this process and writes them once a second. A process that is killed loses its last second of them; one
 * that stops loses none.
 */
export function createUsageCounter({ writeAs, logger }: UsageOptions): UsageCounter {
  let waiting = new Map<string, Map<string, Usage>>();
  let writing: Promise<void> = Promise.resolve();
  const add = (tenantId: string, used: readonly Usage[]) => {
    const counted = waiting.get(tenantId) ?? new Map<string, Usage>();
    waiting.set(tenantId, counted);
    for (const { memoryId, uses, usedAt } of used) {
      const before = counted.get(memoryId);
      if (before || counted.size < MOST_WAITING)
        counted.set(memoryId, { memoryId, uses: (before?.uses ?? 0) + uses, usedAt });
    }
  };
  const write = async () => {
    const due = waiting;
    waiting = new Map();
    for (const [tenantId, counted] of due)
      await writeAs(systemOf(tenantId, 'memory.usage'), (tx) => addUsage(tx, [...counted.values()])).catch(
        (err: unknown) => {
          logger.warn({ err, tenant: tenantId }, 'uses could not be written; they are kept for the next time');
          add(tenantId, [...counted.values()]);
        },
      );
  };
  const flush = () => {
    writing = writing.then(write);
    return writing;
  };
  const timer = setInterval(() => void (waiting.size > 0 && flush()), FLUSH_MS);
  timer.unref();
  return {
    count: (tenantId, memoryIds, at) =>
      add(
        tenantId,
        memoryIds.map((memoryId) => ({ memoryId, uses: 1, usedAt: at })),
      ),
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
