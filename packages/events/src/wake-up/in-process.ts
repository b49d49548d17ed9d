import { AsyncLocalStorage } from 'node:async_hooks';
import type { WakeUp } from '@rae/kernel';

/** One hint tells of all that was written in this time; a hint per write costs more than it brings (measured: half the throughput). */
export const COALESCE_MS = 2;

/** Hints within this process. */
export function createInProcessWakeUp(): WakeUp {
  const listeners = new Map<string, Set<() => void>>();
  const dirty = new Set<string>();
  const outsideRequests = AsyncLocalStorage.snapshot(); // what a hint sets off is no part of the request that gave it
  let timer: NodeJS.Timeout | null = null;
  const flush = () => {
    timer = null;
    const topics = [...dirty];
    dirty.clear();
    for (const topic of topics) for (const onHint of listeners.get(topic) ?? []) onHint();
  };
  return {
    notify(topic) {
      dirty.add(topic);
      timer ??= outsideRequests(() => setTimeout(flush, COALESCE_MS));
    },
    subscribe(topic, onHint) {
      const known = listeners.get(topic) ?? new Set();
      const own = () => onHint(); // the same function may listen twice
      listeners.set(topic, known.add(own));
      return () => {
        known.delete(own);
        if (known.size === 0 && listeners.get(topic) === known) listeners.delete(topic);
      };
    },
    async close() {
      if (timer) clearTimeout(timer);
      timer = null;
      dirty.clear();
      listeners.clear();
    },
  };
}
