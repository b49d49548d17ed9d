import type { Clock } from '@rae/kernel';

export interface ExpiringCache<V> {
  get(key: string): V | undefined;
  /** Keeps the value for `ttlMs` from now. */
  set(key: string, value: V, ttlMs: number): void;
  delete(key: string): void;
}

/**
 * At most `max` values, each for a time of its own; the oldest make room. A clock that is set back ends what was kept:
 * nothing lives longer than it was meant to.
 */
export function createExpiringCache<V>(max: number, clock: Clock): ExpiringCache<V> {
  const entries = new Map<string, { value: V; setAt: number; ttlMs: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      const ageMs = clock.now().getTime() - entry.setAt;
      if (ageMs >= 0 && ageMs < entry.ttlMs) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, ttlMs) {
      entries.delete(key);
      entries.set(key, { value, setAt: clock.now().getTime(), ttlMs });
      const [oldest] = entries.keys();
      if (entries.size > max && oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
  };
}
