import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isPlatformError } from '@rae/kernel';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { createJwtVerifier, LEEWAY_SECONDS } from './jwt-verifier.ts';

const SECRET = 'a secret of a user’s issuer, 32 bytes and more';
const TENANT = '01a1fdd6-5043-7046-ad5e-645a7c33312b';
const PROJECT = '01a1fdd6-5048-73c3-9d70-6a5c901ee5a1';
const NOW = 1_800_000_000;
const clock = { now: () => new Date(NOW * 1000) };
const CLAIMS: JWTPayload = {
  iss: 'https://issuer.example',
  aud: 'rae',
  sub: 'anna',
  tenant_id: TENANT,
  roles: ['READER', 'AGENT'],
  exp: NOW + 600,
};
const PINNED = { issuer: 'https://issuer.example', audience: 'rae' };

const verify = createJwtVerifier({ ...PINNED, secret: SECRET }, clock);

type Key = Uint8Array | CryptoKey;
const bytes = (text: string) => new TextEncoder().encode(text);
const sign = (claims: JWTPayload, header: Record<string, unknown> = {}, key: Key = bytes(SECRET)) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);

const refusalOf = (verifying: Promise<unknown>) =>
  verifying.then(
    () => 'accepted',
    (error: unknown) => (isPlatformError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

describe('createJwtVerifier with a secret', () => {
  test('a token that is right makes a caller', async () => {
    expect(await verify(await sign({ ...CLAIMS, project_id: PROJECT.toUpperCase() }))).toEqual({
      subject: 'anna',
      tenantId: TENANT,
      projectId: PROJECT,
      roles: ['READER', 'AGENT'],
      expiresAt: new Date((NOW + 600 + LEEWAY_SECONDS) * 1000),
    });
  });

  test('project_id may be left out or null, and aud may be a list with the right one in it', async () => {
    const { projectId } = await verify(await sign({ ...CLAIMS, project_id: null, aud: ['other', 'rae'] }));
    expect(projectId).toBeNull();
  });

  test('issuer and audience are not asked for where they are not set', async () => {
    const open = createJwtVerifier({ secret: SECRET, issuer: null, audience: null }, clock);
    const { iss: _, aud: __, ...claims } = CLAIMS;
    expect(await open(await sign(claims))).toMatchObject({ subject: 'anna' });
  });

  test.each([
    ['exp', { exp: undefined }],
    ['exp', { exp: NOW - LEEWAY_SECONDS }],
    ['nbf', { nbf: NOW + LEEWAY_SECONDS + 1 }],
    ['iss', { iss: 'https://other.example' }],
    ['iss', { iss: undefined }],
    ['aud', { aud: 'other' }],
    ['aud', { aud: undefined }],
    ['sub', { sub: undefined }],
    ['sub', { sub: '' }],
    ['sub', { sub: 'a\0b' }],
    ['sub', { sub: '\ud800' }],
    ['sub', { sub: 'x'.repeat(201) }],
    ['tenant_id', { tenant_id: undefined }],
    ['tenant_id', { tenant_id: 'default' }],
    ['tenant_id', { tenant_id: [TENANT] }],
    ['project_id', { project_id: `${PROJECT}' or true` }],
    ['roles', { roles: undefined }],
    ['roles', { roles: [] }],
    ['roles', { roles: 'ADMIN' }],
    ['roles', { roles: ['ADMIN', 'ROOT'] }],
    ['roles', { roles: ['ADMIN', 'PLATFORM'] }],
  ])('the claim %s of %j is named in the refusal', async (claim, changed) => {
    const refusal = await refusalOf(verify(await sign({ ...CLAIMS, ...changed })));
    expect(refusal).toContain(`UNAUTHENTICATED: The token was refused: its claim ${claim} must`);
  });

  test(`exp and nbf have ${LEEWAY_SECONDS} s of leeway`, async () => {
    const claims = { ...CLAIMS, exp: NOW - LEEWAY_SECONDS + 1, nbf: NOW + LEEWAY_SECONDS };
    expect(await refusalOf(verify(await sign(claims)))).toBe('accepted');
  });

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const none = (alg: string, signature = '') => `${part({ alg, typ: 'JWT' })}.${part(CLAIMS)}.${signature}`;
  test.each([
    ['alg none', async () => none('none')],
    ['alg NONE', async () => none('NONE')],
    [
      'alg none with a signature',
      async () => none('none', createHmac('sha256', SECRET).update('x').digest('base64url')),
    ],
    ['no alg', async () => `${part({ typ: 'JWT' })}.${part(CLAIMS)}.AAAA`],
    ['another secret', () => sign(CLAIMS, {}, bytes(`${SECRET}!`))],
    ['HS512 under the right secret', () => sign(CLAIMS, { alg: 'HS512' }, bytes(SECRET.repeat(2)))],
    [
      'a kid that is a path, signed with the empty file there',
      () => sign(CLAIMS, { kid: '../../../dev/null' }, bytes('\0')),
    ],
    ['a kid that is SQL', () => sign(CLAIMS, { kid: "x' union select 'key' --" }, bytes('key'))],
    [
      'a critical header that we do not know',
      async () => {
        const head = part({ alg: 'HS256', crit: ['exp'], exp: 1 });
        const body = `${head}.${part(CLAIMS)}`;
        return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
      },
    ],
    ['two parts', async () => (await sign(CLAIMS)).split('.').slice(0, 2).join('.')],
    ['not JSON', async () => 'a.b.c'],
    ['no dots', async () => 'nonsense'],
  ])('a token with %s is refused, saying what would be right', async (_, make) => {
    expect(await refusalOf(verify(await make()))).toBe(
      'UNAUTHENTICATED: The token was refused: it must be a JWT signed with HS256 by a key of "https://issuer.example".',
    );
  });

  test('a token of 8 193 characters is refused without a look at it', async () => {
    expect(await refusalOf(verify('x'.repeat(8193)))).toContain('at most 8192 characters');
  });

  test('a secret of 31 bytes stops the start', () => {
    expect(() => createJwtVerifier({ ...PINNED, secret: 'x'.repeat(31) }, clock)).toThrow('at least 32 bytes, not 31');
  });
});

describe('createJwtVerifier with a key set', () => {
  let server: Server;
  let jwksUrl: string;
  const keys: Record<string, CryptoKey> = {};
  let publicPem: string;
  let broken = false;

  const listen = (answer: (path: string) => string) =>
    new Promise<Server>((resolve) => {
      const made = createServer((request, response) => {
        if (broken) response.writeHead(500);
        response.end(answer(request.url ?? ''));
      });
      made.listen(0, '127.0.0.1', () => resolve(made));
    });

  beforeAll(async () => {
    const published: object[] = [];
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      keys[alg] = privateKey;
      published.push({ ...(await exportJWK(publicKey)), kid: alg, alg, use: 'sig' });
      if (alg === 'RS256') publicPem = await exportSPKI(publicKey);
    }
    keys.foreign = (await generateKeyPair('RS256')).privateKey;
    server = await listen(() => JSON.stringify({ keys: published }));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  });
  afterAll(() => void server.close());

  const signed = (alg: string, header: Record<string, unknown> = {}, key = keys[alg]) =>
    sign(CLAIMS, { alg, kid: alg, ...header }, key);
  const verifyBySet = (token: string) => createJwtVerifier({ ...PINNED, jwksUrl }, clock)(token);

  test.each(['RS256', 'ES256', 'EdDSA'])('a token signed with %s is taken', async (alg) => {
    expect(await verifyBySet(await signed(alg))).toMatchObject({ subject: 'anna', roles: ['READER', 'AGENT'] });
  });

  test.each([
    ['HS256 with the public key as its secret', () => sign(CLAIMS, { kid: 'RS256' }, bytes(publicPem))],
    [
      'alg none',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await signed('RS256')).split('.')[1]}.`,
    ],
    ['a key that is not in the set', () => signed('RS256', {}, keys.foreign)],
    ['a kid that is not in the set', () => signed('RS256', { kid: 'other' }, keys.foreign)],
    ['ES256 under the kid of an RSA key', async () => sign(CLAIMS, { alg: 'ES256', kid: 'RS256' }, keys.ES256)],
  ])('%s is refused', async (_, make) => {
    expect(await refusalOf(verifyBySet(await make()))).toBe(
      'UNAUTHENTICATED: The token was refused: it must be a JWT signed with RS256, ES256, EdDSA by a key of "https://issuer.example".',
    );
  });

  test('jku, x5u and jwk of a token are neither fetched nor believed', async () => {
    let asked = 0;
    const foreign = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(foreign.publicKey)), kid: 'RS256' };
    const thief = await listen(() => {
      asked += 1;
      return JSON.stringify({ keys: [jwk] });
    });
    const url = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/`;
    for (const header of [{ jku: url }, { x5u: url }, { jwk }])
      expect(await refusalOf(verifyBySet(await signed('RS256', header, foreign.privateKey)))).toContain(
        'UNAUTHENTICATED',
      );
    expect(asked).toBe(0);
    thief.close();
  });

  test('while the key set does not answer, tokens are DEPENDENCY_UNAVAILABLE and not UNAUTHENTICATED', async () => {
    broken = true;
    expect(await refusalOf(verifyBySet(await signed('RS256')))).toContain('DEPENDENCY_UNAVAILABLE');
    broken = false;
    const nowhere = createJwtVerifier({ ...PINNED, jwksUrl: 'http://127.0.0.1:1/' }, clock);
    expect(await refusalOf(nowhere(await signed('RS256')))).toContain('DEPENDENCY_UNAVAILABLE');
  });
});
