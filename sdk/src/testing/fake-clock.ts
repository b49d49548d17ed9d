import type { Clock } from '../clock.ts';

/** Sleeps of at least this are deadlines: they last until they are called off, or `expire`. */
const DEADLINE_MS = 15_000;

export interface FakeClock extends Clock {
  /** The sleeps that were none of a deadline, in milliseconds; each was over at once. */
  readonly sleeps: number[];
  /** How many deadlines are neither called off nor up. */
  pending(): number;
  /** Lets the time of every deadline be up. */
  expire(): void;
  /** Resolves once there is a deadline of so many milliseconds. */
  deadline(ms: number): Promise<void>;
  setNow(ms: number): void;
  setRandom(value: number): void;
}

export function createFakeClock(): FakeClock {
  const sleeps: number[] = [];
  const deadlines = new Map<() => void, number>();
  const awaited = new Map<number, () => void>();
  let now = Date.parse('2026-11-21T12:00:00.000Z');
  let random = 0.5;

  function waitForExpiry(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        deadlines.delete(end);
        resolve();
      };
      deadlines.set(end, ms);
      signal.addEventListener('abort', end, { once: true });
      awaited.get(ms)?.();
    });
  }

  return {
    sleeps,
    now: () => now,
    random: () => random,
    async sleep(ms, signal) {
      if (ms >= DEADLINE_MS) return waitForExpiry(ms, signal);
      sleeps.push(ms);
    },
    pending: () => deadlines.size,
    expire() {
      for (const end of [...deadlines.keys()]) end();
    },
    deadline: (ms) =>
      new Promise((resolve) => {
        if ([...deadlines.values()].includes(ms)) resolve();
        else awaited.set(ms, resolve);
      }),
    setNow(ms) {
      now = ms;
    },
    setRandom(value) {
      random = value;
    },
  };
}
