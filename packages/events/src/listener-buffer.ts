import type { LogEvent } from './event.ts';

/** Events held for one listener before it goes back to the log. */
const HELD = 512;

/** Holds what the reader hands out until the listener takes it; `overflowed` once there was more than fits. */
export function createListenerBuffer(wants: (event: LogEvent) => boolean) {
  let held: LogEvent[] = [];
  let overflowed = false;
  let ended = false;
  let wake = () => {};
  return {
    add(events: readonly LogEvent[]) {
      if (overflowed) return; // what is held stays without a gap
      const wanted = events.filter(wants);
      if (wanted.length === 0) return;
      if (held.length + wanted.length > HELD) overflowed = true;
      else held.push(...wanted);
      wake();
    },
    take() {
      const taken = { events: held, overflowed };
      held = [];
      return taken;
    },
    /** Resolves when there is something to take, or nothing comes any more. */
    wait(): Promise<void> {
      if (held.length > 0 || overflowed || ended) return Promise.resolve();
      return new Promise<void>((resolve) => {
        wake = resolve;
      });
    },
    end() {
      ended = true;
      wake();
    },
  };
}
