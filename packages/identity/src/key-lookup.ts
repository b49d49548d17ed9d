import { type Transact, WORKER_SCOPE } from '@rae/database';
import type { Caller, Clock, Logger } from '@rae/kernel';
import { createExpiringCache } from './expiring-cache.ts';
import { hashSecret, isSecret } from './key-secret.ts';
import { createLastUsed } from './last-used.ts';
import { findApiKeyByHash } from './queries/find-api-key-by-hash.ts';
import type { ApiKey } from './queries/find-api-keys.ts';

/** Counted from the start of the look-up. With the poll of credential-watch.ts a revoked key ends everywhere within a second. */
const KNOWN_MS = 500;
/** Spares the database a client that goes on with a bad key. */
const UNKNOWN_MS = 100;
const MOST_KEYS = 10_000;

export interface KeyLookup {
  /** Who holds this key; null when it opens nothing: unknown, revoked or expired. */
  findCaller(secret: string): Promise<Caller | null>;
  close(): Promise<void>;
}

interface Known {
  readonly caller: Caller;
  readonly expiresAt: Date | null;
}

const toCaller = ({ id, tenantId, roles, projectId, agentId, userId }: ApiKey): Caller => ({
  tenantId,
  actor: `key:${id}`,
  roles,
  projectId,
  apiKeyId: id,
  agentId,
  userId,
  sessionId: null,
});

/** Finds keys by their hash as rae_worker; look-ups of the same key at the same time are one. */
export function createKeyLookup(options: { transact: Transact; clock: Clock; logger: Logger }): KeyLookup {
  const { transact, clock } = options;
  const lastUsed = createLastUsed(options);
  const cache = createExpiringCache<Promise<Known | null>>(MOST_KEYS, clock);

  const look = async (hash: Buffer): Promise<Known | null> => {
    const key = await transact.once(WORKER_SCOPE, (tx) => findApiKeyByHash(tx, hash));
    if (!key || key.revokedAt) return null;
    const caller = toCaller(key);
    lastUsed.note(caller, key.id, key.lastUsedAt);
    return { caller, expiresAt: key.expiresAt };
  };
  const lookOnce = (hash: Buffer): Promise<Known | null> => {
    const name = hash.toString('base64url');
    const kept = cache.get(name);
    if (kept) return kept;
    const looking = look(hash);
    cache.set(name, looking, KNOWN_MS);
    looking.then(
      (found) => found ?? cache.set(name, looking, UNKNOWN_MS),
      () => cache.delete(name),
    );
    return looking;
  };
  return {
    async findCaller(secret) {
      const known = isSecret(secret) ? await lookOnce(hashSecret(secret)) : null;
      return known && !(known.expiresAt && known.expiresAt <= clock.now()) ? known.caller : null;
    },
    close: lastUsed.close,
  };
}
