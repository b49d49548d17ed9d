import { type Caller, type Cause, type Clock, PlatformError, ROLES } from '@rae/kernel';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { createExpiringCache } from './expiring-cache.ts';

/** On whose behalf a subgraph is asked, and what caused it. The trace travels beside the token, in `traceparent`. */
export interface InternalScope {
  readonly caller: Caller;
  readonly cause: Cause;
}

export interface InternalTokens {
  /** A token for the subgraph named `audience` alone, good for at least 40 s and at most 60 s. */
  sign(scope: InternalScope, audience: string): Promise<string>;
  /** @throws UNAUTHENTICATED for a token that is forged, expired or meant for another subgraph */
  verify(token: string, audience: string): Promise<InternalScope>;
}

const ISSUER = 'rae-gateway';
/** Keeps any other JWT from passing, even one signed with the same secret (RFC 8725 section 3.11). */
const TYPE = 'rae-internal+jwt';
const LIFETIME_SECONDS = 60;
/** Signing and verifying take some 0.2 ms of CPU each; one client makes many fetches in the same name. */
const REUSE_MS = 20_000;
const MOST_TOKENS = 5_000;

const text = z.string().nullable();
const CLAIMS = z.object({
  exp: z.number(),
  caller: z.object({
    tenantId: z.string(),
    actor: z.string(),
    roles: z.array(z.enum(ROLES)),
    projectId: text,
    apiKeyId: text,
    agentId: text,
    userId: text,
    sessionId: text,
  }),
  cause: z.object({ eventId: text, depth: z.number().int(), executionId: text, runId: text, stepId: text }),
});

const refused = () =>
  new PlatformError(
    'UNAUTHENTICATED',
    'Subgraphs answer the gateway and each other alone; send the request to the gateway, at /graphql.',
  );

/** Signs and checks the tokens between gateway and subgraphs and between peers: HS256 under one secret of the installation. */
export function createInternalTokens(secret: string, clock: Clock): InternalTokens {
  const key = new TextEncoder().encode(secret);
  const signed = createExpiringCache<string>(MOST_TOKENS, clock);
  const verified = createExpiringCache<InternalScope>(MOST_TOKENS, clock);

  const make = ({ caller, cause }: InternalScope, audience: string, now: Date) =>
    new SignJWT({ caller, cause })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(Math.floor(now.getTime() / 1000) + LIFETIME_SECONDS)
      .sign(key);
  const check = async (token: string, audience: string, now: Date) => {
    const pinned = { algorithms: ['HS256'], typ: TYPE, issuer: ISSUER, audience, currentDate: now };
    const { payload } = await jwtVerify(token, key, pinned).catch(() => {
      throw refused();
    });
    const claims = CLAIMS.safeParse(payload);
    if (!claims.success) throw refused();
    return claims.data;
  };
  return {
    async sign({ caller, cause }, audience) {
      const name = JSON.stringify([audience, caller, cause]);
      const kept = signed.get(name);
      if (kept !== undefined) return kept;
      const token = await make({ caller, cause }, audience, clock.now());
      signed.set(name, token, REUSE_MS);
      return token;
    },
    async verify(token, audience) {
      const name = `${audience} ${token}`;
      const kept = verified.get(name);
      if (kept) return kept;
      const now = clock.now();
      const { exp, caller, cause } = await check(token, audience, now);
      verified.set(name, { caller, cause }, exp * 1000 - now.getTime());
      return { caller, cause };
    },
  };
}
