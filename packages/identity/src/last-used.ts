import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transact } from '@rae/database';
import { type Caller, type Clock, type Logger, NO_CAUSE } from '@rae/kernel';
import { setLastUsed } from './queries/set-last-used.ts';

const EVERY_SECONDS = 60;

export interface LastUsed {
  /** Notes a use of the caller's key, whose last noted one is given; at once, without waiting for the database. */
  note(caller: Caller, keyId: string, lastUsedAt: Date | null): void;
  /** Waits for what is being written. */
  close(): Promise<void>;
}

/** Keeps api_keys.last_used_at, at most once a minute for each key and never in a request's way. */
export function createLastUsed(options: { transact: Transact; clock: Clock; logger: Logger }): LastUsed {
  const { transact, clock, logger } = options;
  const writing = new Map<string, Promise<void>>();
  const outsideRequests = AsyncLocalStorage.snapshot();
  const write = async (caller: Caller, keyId: string, at: Date) => {
    const scope = { role: 'rae_app', caller, cause: NO_CAUSE } as const;
    await transact
      .once(scope, (tx) => setLastUsed(tx, keyId, at, EVERY_SECONDS))
      .catch((err: unknown) => logger.warn({ err, keyId }, 'the last use of a key was not noted'));
    writing.delete(keyId);
  };
  return {
    note(caller, keyId, lastUsedAt) {
      const now = clock.now();
      const isRecent = lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < EVERY_SECONDS * 1000;
      if (isRecent || writing.has(keyId)) return;
      writing.set(
        keyId,
        outsideRequests(() => write(caller, keyId, now)),
      );
    },
    close: async () => void (await Promise.all(writing.values())),
  };
}
