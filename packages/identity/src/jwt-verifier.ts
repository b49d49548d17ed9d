import { type Clock, isUuid, PlatformError, ROLES } from '@rae/kernel';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';

/** How tokens of users are checked. Which algorithms pass is decided by which of secret and jwksUrl is given, never by the token. */
export type JwtSettings = {
  /** The `iss` that a token must have; null: any. */
  readonly issuer: string | null;
  /** The `aud` that a token must have; null: any. */
  readonly audience: string | null;
} & (
  | { /** HS256, at least 32 bytes (RFC 7518 section 3.2). */ readonly secret: string }
  | { /** The issuer's JSON Web Key Set. */ readonly jwksUrl: string }
);

export interface VerifiedJwt {
  readonly subject: string;
  readonly tenantId: string;
  readonly projectId: string | null;
  readonly roles: readonly TenantRole[];
  readonly expiresAt: Date;
}

/** Issuers' clocks are never quite ours (RFC 7519 section 4.1.4 allows "some small leeway"). */
export const LEEWAY_SECONDS = 5;
const LEAST_SECRET_BYTES = 32;
const MAX_TOKEN = 8192;
const JWKS_TIMEOUT_MS = 5_000;
const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

const TENANT_ROLES = ROLES.filter((role) => role !== 'PLATFORM');
type TenantRole = (typeof TENANT_ROLES)[number];

const uuid = z
  .string()
  .refine(isUuid)
  .transform((id) => id.toLowerCase());
const CLAIMS = z.object({
  sub: z.string().regex(/^[^\0\ud800-\udfff]{1,200}$/u),
  tenant_id: uuid,
  project_id: uuid.nullish().transform((id) => id ?? null),
  roles: z.array(z.enum(TENANT_ROLES)).min(1),
  exp: z.number(), // jose checks it only where it is there
});

/** What is right for a claim; told only once the signature has been found good. */
const rightClaims = ({ issuer, audience }: JwtSettings): Readonly<Record<string, string>> => ({
  iss: `must be "${issuer}"`,
  aud: `must be "${audience}"`,
  exp: 'must be there, and in the future',
  nbf: 'must not be in the future',
  sub: 'must be a text of 1 to 200 characters',
  tenant_id: 'must be the UUID of a tenant',
  project_id: 'must be the UUID of a project of that tenant, or be left out',
  roles: `must be a list of ${TENANT_ROLES.join(', ')}; PLATFORM is given by API keys alone`,
});

const refused = (why: string) => new PlatformError('UNAUTHENTICATED', `The token was refused: ${why}.`);

function describe(settings: JwtSettings): string {
  const signed = 'secret' in settings ? 'HS256' : PUBLIC_KEY_ALGORITHMS.join(', ');
  const by = settings.issuer === null ? 'of the configured issuer' : `of "${settings.issuer}"`;
  return `it must be a JWT signed with ${signed} by a key ${by}`;
}

/** Keys come from the configured address alone: `jku`, `x5u` and `jwk` of a token are never looked at. */
function createKeySet(url: string): JWTVerifyGetKey {
  const find = createRemoteJWKSet(new URL(url), { timeoutDuration: JWKS_TIMEOUT_MS });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      const message = 'The key set of RAE_JWT_JWKS_URL does not answer, so no token can be checked now; try again.';
      throw new PlatformError('DEPENDENCY_UNAVAILABLE', message, { dependency: 'jwks' }, { cause });
    }
  };
}

function createCheck(settings: JwtSettings, clock: Clock) {
  const options = (): JWTVerifyOptions => ({
    ...(settings.issuer === null ? {} : { issuer: settings.issuer }),
    ...(settings.audience === null ? {} : { audience: settings.audience }),
    algorithms: 'secret' in settings ? ['HS256'] : PUBLIC_KEY_ALGORITHMS,
    clockTolerance: LEEWAY_SECONDS,
    currentDate: clock.now(),
  });
  if ('jwksUrl' in settings) {
    const keys = createKeySet(settings.jwksUrl);
    return (token: string) => jwtVerify(token, keys, options());
  }
  const secret = new TextEncoder().encode(settings.secret);
  if (secret.length < LEAST_SECRET_BYTES)
    throw new Error(`RAE_JWT_SECRET must have at least ${LEAST_SECRET_BYTES} bytes, not ${secret.length}`);
  return (token: string) => jwtVerify(token, secret, options());
}

/**
 * Verifies tokens of users: signature by the configured key and algorithm, issuer and audience where they are set, `exp`
 * (required), `nbf`, and the claims that make a caller. Whether tenant and project exist is not asked here.
 *
 * @throws UNAUTHENTICATED saying what would be right; DEPENDENCY_UNAVAILABLE when the key set cannot be fetched
 */
export function createJwtVerifier(settings: JwtSettings, clock: Clock): (token: string) => Promise<VerifiedJwt> {
  const check = createCheck(settings, clock);
  const right = rightClaims(settings);
  const wrongClaim = (claim: string) => refused(`its claim ${claim} ${right[claim] ?? 'is not as it should be'}`);
  return async (token) => {
    if (token.length > MAX_TOKEN) throw refused(`it must have at most ${MAX_TOKEN} characters`);
    const { payload } = await check(token).catch((error: unknown) => {
      if (error instanceof PlatformError) throw error;
      if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
        throw wrongClaim(error.claim);
      throw refused(describe(settings));
    });
    const claims = CLAIMS.safeParse(payload);
    if (!claims.success) throw wrongClaim(String(claims.error.issues[0]?.path[0]));
    const { sub: subject, tenant_id: tenantId, project_id: projectId, roles, exp } = claims.data;
    return { subject, tenantId, projectId, roles, expiresAt: new Date((exp + LEEWAY_SECONDS) * 1000) };
  };
}
