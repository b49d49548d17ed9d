import type { CallAsk, CallCount, CallCounter, Clock } from '@rae/kernel';

/** Instants of calls in milliseconds, oldest first. */
interface Counted {
  times: number[];
  windowMs: number;
}

/** Instants that are over, or stand so far ahead that the clock must have been set back since. */
const isOver = (time: number, now: number, windowMs: number) => time <= now - windowMs || time > now + windowMs;

function dropOver(counted: Counted, now: number): void {
  const { times, windowMs } = counted;
  const first = times.findIndex((time) => !isOver(time, now, windowMs));
  if (first !== 0) times.splice(0, first < 0 ? times.length : first);
}

/** Counts within this process. Names without a call in their window are forgotten, at a cost that does not grow with their number. */
export function createInProcessCallCounter(clock: Clock): CallCounter {
  const names = new Map<string, Counted>();
  let steps = 0;

  function forgetOver(now: number): void {
    steps += 1;
    if (steps < names.size) return;
    steps = 0;
    for (const [name, counted] of names) {
      dropOver(counted, now);
      if (counted.times.length === 0) names.delete(name);
    }
  }

  function timesOf({ name, window: { windowMs } }: CallAsk, now: number): number[] {
    const counted = names.get(name) ?? { times: [], windowMs };
    counted.windowMs = windowMs;
    dropOver(counted, now);
    names.set(name, counted);
    return counted.times;
  }

  return {
    async take(asks) {
      // nothing is awaited from here on: this is the atomic step
      const now = clock.now().getTime();
      forgetOver(now);
      const found = asks.map((ask) => ({ ...ask, times: timesOf(ask, now) }));
      const taken = found.every(({ times, calls, window }) => times.length + calls <= window.limit);
      return found.map(({ times, calls, window: { limit, windowMs } }): CallCount => {
        const hasRoom = times.length + calls <= limit;
        if (taken) for (let call = 0; call < calls; call++) times.push(now);
        const leaves = hasRoom ? 0 : Math.min(times.length + calls - limit, times.length) - 1;
        const oldest = times[Math.max(leaves, 0)];
        return { hasRoom, used: times.length, freeAt: new Date(oldest === undefined ? now : oldest + windowMs) };
      });
    },
    close: async () => names.clear(),
  };
}
