import type { Transact } from '@rae/database';
import { type Caller, type Clock, type Logger, PlatformError } from '@rae/kernel';
import { createCredentialWatch } from './credential-watch.ts';
import { createJwtVerifier, type JwtSettings, type VerifiedJwt } from './jwt-verifier.ts';
import { createKeyLookup } from './key-lookup.ts';
import { looksLikeKey } from './key-secret.ts';
import { createTenantCheck } from './tenant-check.ts';

export interface AuthenticatorOptions {
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null: API keys alone. */
  readonly jwt: JwtSettings | null;
}

export interface Authenticator {
  /**
   * Who sends this `Authorization` header.
   *
   * @throws UNAUTHENTICATED saying what would be right, of a key never which check failed; DEPENDENCY_UNAVAILABLE when
   *   it cannot be found out now
   */
  authenticate(authorization: string | null): Promise<Caller>;
  /**
   * Calls `onEnd` once, within a second of the end of the credential behind `caller`, which is the very object that
   * authenticate gave. Returns how to stop.
   */
  watchCredential(caller: Caller, onEnd: (error: PlatformError) => void): () => void;
  close(): Promise<void>;
}

const BEARER = /^bearer +(\S+) *$/i;

const unauthenticated = (message: string) => new PlatformError('UNAUTHENTICATED', message);

const toCaller = ({ subject, tenantId, roles, projectId }: VerifiedJwt): Caller => ({
  tenantId,
  actor: `user:${subject}`,
  roles,
  projectId,
  apiKeyId: null,
  agentId: null,
  userId: null,
  sessionId: null,
});

/** Tells callers by their credential: API keys by their hash, and tokens of users where `jwt` says how to check them. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const keys = createKeyLookup(options);
  const watch = createCredentialWatch(options);
  const verifyJwt = options.jwt && createJwtVerifier(options.jwt, options.clock);
  const findMissing = createTenantCheck(options);
  const expiries = new WeakMap<Caller, Date>();
  const kinds = verifyJwt ? 'an API key (`rae_…`) or a JWT' : 'an API key (`rae_…`)';

  const byKey = async (secret: string): Promise<Caller> => {
    const caller = await keys.findCaller(secret);
    if (caller) return caller;
    throw unauthenticated(
      'This API key opens nothing: it is mistyped, expired or revoked. Send one that is in force as `Authorization: Bearer rae_…`.',
    );
  };
  const byToken = async (token: string): Promise<Caller> => {
    if (!verifyJwt) throw unauthenticated(`This is no API key; send \`Authorization: Bearer …\` with ${kinds}.`);
    const verified = await verifyJwt(token);
    const missing = await findMissing(verified.tenantId, verified.projectId);
    if (missing) throw unauthenticated(`The token was refused: its claim ${missing}_id names no ${missing} of ours.`);
    const caller = toCaller(verified);
    expiries.set(caller, verified.expiresAt);
    return caller;
  };
  return {
    async authenticate(authorization) {
      const credential = BEARER.exec(authorization ?? '')?.[1];
      if (!credential) throw unauthenticated(`Send \`Authorization: Bearer …\` with ${kinds}.`);
      return looksLikeKey(credential) ? byKey(credential) : byToken(credential);
    },
    watchCredential: (caller, onEnd) => watch.watch(caller, expiries.get(caller) ?? null, onEnd),
    close: async () => void (await Promise.all([keys.close(), watch.close()])),
  };
}
