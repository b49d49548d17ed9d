import type { WakeUp } from '@rae/kernel';

/** One hint tells of all that was written in this time; a hint per write costs more than it brings (measured: half the throughput). */
const COALESCE_MS = 2;

/** Hints within this process. */
export function createInProcessWakeUp(): WakeUp {
  const listeners = new Map<string, Set<() => void>>();
  const dirty = new Set<string>();
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
      timer ??= setTimeout(flush, COALESCE_MS);
    },
    subscribe(topic, onHint) {
      const known = listeners.get(topic) ?? new Set();
      listeners.set(topic, known.add(onHint));
      return () => {
        known.delete(onHint);
        if (known.size === 0) listeners.delete(topic);
      };
    },
    async close() {
      if (timer) clearTimeout(timer);
      listeners.clear();
    },
  };
}
