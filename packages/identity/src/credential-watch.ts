import { AsyncLocalStorage } from 'node:async_hooks';
import { type Transact, WORKER_SCOPE } from '@rae/database';
import { type Caller, type Clock, type Logger, PlatformError } from '@rae/kernel';
import { findEndedKeys } from './queries/find-ended-keys.ts';

/** With the time of a look-up well within the second in which a revoked key must be out. */
const POLL_MS = 400;

type Reason = 'revoked' | 'expired';

const ended = (what: string, reason: Reason) =>
  new PlatformError('UNAUTHENTICATED', `${what} ${reason === 'revoked' ? 'was revoked' : 'has expired'}.`, { reason });

interface Watched {
  readonly keyId: string | null;
  readonly expiresAt: Date | null;
  readonly onEnd: (error: PlatformError) => void;
}

export interface CredentialWatch {
  /**
   * Calls `onEnd` once, within a second of the end of the caller's credential: its key was revoked or has expired, or its
   * token has expired (`expiresAt`; null for keys, whose rows say it). Returns how to stop.
   */
  watch(caller: Caller, expiresAt: Date | null, onEnd: (error: PlatformError) => void): () => void;
  close(): Promise<void>;
}

interface Options {
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Why each of these keys opens nothing any more; those that still do are left out. */
async function findReasons({ transact, clock }: Options, ids: readonly string[]): Promise<Map<string, Reason>> {
  if (ids.length === 0) return new Map();
  const found = await transact.once(WORKER_SCOPE, (tx) => findEndedKeys(tx, ids, clock.now()));
  return new Map(found.map(({ id, expired }) => [id, expired ? 'expired' : 'revoked']));
}

/** One timer and one query for all that is watched. While the database is away it keeps watching. */
export function createCredentialWatch(options: Options): CredentialWatch {
  const { clock, logger } = options;
  const watched = new Set<Watched>();
  const outsideRequests = AsyncLocalStorage.snapshot();
  let timer: NodeJS.Timeout | null = null;
  let asking: Promise<void> | null = null;
  let isAway = false;

  const end = (one: Watched, error: PlatformError) => {
    if (!watched.delete(one)) return;
    try {
      one.onEnd(error);
    } catch (err) {
      logger.error({ err }, 'what a credential had open could not be closed');
    }
  };
  const askKeys = async () => {
    try {
      const ids = new Set([...watched].flatMap(({ keyId }) => keyId ?? []));
      const reasons = await findReasons(options, [...ids]);
      isAway = false;
      for (const one of [...watched]) {
        const reason = reasons.get(one.keyId ?? '');
        if (reason) end(one, ended('The API key', reason));
      }
    } catch (err) {
      if (!isAway) logger.warn({ err }, 'revoked keys cannot be looked up; what is open stays open until they can');
      isAway = true;
    }
    asking = null;
  };
  const settle = () => {
    if (watched.size > 0 || !timer) return;
    clearInterval(timer);
    timer = null;
  };
  const tick = () => {
    const now = clock.now();
    for (const one of [...watched]) if (one.expiresAt && one.expiresAt <= now) end(one, ended('The token', 'expired'));
    asking ??= askKeys();
    settle();
  };

  return {
    watch(caller, expiresAt, onEnd) {
      const one: Watched = { keyId: caller.apiKeyId, expiresAt, onEnd };
      watched.add(one);
      timer ??= outsideRequests(() => setInterval(tick, POLL_MS).unref());
      return () => {
        watched.delete(one);
        settle();
      };
    },
    async close() {
      watched.clear();
      settle();
      await asking;
    },
  };
}
