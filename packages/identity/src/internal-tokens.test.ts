import { describe, expect, test } from '@jest/globals';
import { type Caller, isPlatformError, NO_CAUSE } from '@rae/kernel';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { createInternalTokens } from './internal-tokens.ts';

const SECRET = 'an internal secret of more than 32 bytes';
const TIME = Date.parse('2026-11-21T08:30:00.000Z');

const caller: Caller = {
  tenantId: '01a1fdd6-5043-7046-ad5e-645a7c33312b',
  actor: 'key:1',
  roles: ['ADMIN', 'PLATFORM'],
  projectId: null,
  apiKeyId: '01a1fdd6-5048-73c3-9d70-6a5c901ee5a1',
  agentId: 'a',
  userId: null,
  sessionId: null,
};
const scope = { caller, cause: { ...NO_CAUSE, depth: 2, runId: 'run' } };

function setUp(secret = SECRET) {
  let time = TIME;
  const clock = { now: () => new Date(time) };
  return {
    tokens: createInternalTokens(secret, clock),
    pass: (ms: number) => {
      time += ms;
    },
  };
}

const codeOf = (verifying: Promise<unknown>) =>
  verifying.then(
    () => 'accepted',
    (error: unknown) => (isPlatformError(error) ? error.code : String(error)),
  );

const forge = (
  claims: object,
  { secret = SECRET, typ = 'rae-internal+jwt', aud = 'memory', iss = 'rae-gateway' } = {},
) =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ })
    .setIssuer(iss)
    .setAudience(aud)
    .setIssuedAt(new Date(TIME))
    .setExpirationTime(new Date(TIME + 60_000))
    .sign(new TextEncoder().encode(secret));

describe('createInternalTokens', () => {
  test('a token brings caller and cause to the subgraph that it is for', async () => {
    const { tokens } = setUp();
    const token = await tokens.sign(scope, 'memory');
    expect(await tokens.verify(token, 'memory')).toEqual(scope);
    expect(await setUp().tokens.verify(token, 'memory')).toEqual(scope);
  });

  test('it is HS256 with a type, issuer and audience of its own, and says 60 s', async () => {
    const token = await setUp().tokens.sign(scope, 'memory');
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'rae-internal+jwt' });
    expect(decodeJwt(token)).toMatchObject({
      iss: 'rae-gateway',
      aud: 'memory',
      iat: TIME / 1000,
      exp: TIME / 1000 + 60,
    });
  });

  test('the same scope and audience use one token for 20 s, and a new one after', async () => {
    const { tokens, pass } = setUp();
    const first = await tokens.sign(scope, 'memory');
    pass(19_999);
    expect(await tokens.sign({ ...scope, caller: { ...caller } }, 'memory')).toBe(first);
    pass(1);
    expect(await tokens.sign(scope, 'memory')).not.toBe(first);
  });

  test('another caller, cause or audience has a token of its own', async () => {
    const { tokens } = setUp();
    const all: string[] = [];
    all.push(await tokens.sign(scope, 'memory'));
    all.push(await tokens.sign(scope, 'graph'));
    all.push(await tokens.sign({ ...scope, cause: NO_CAUSE }, 'memory'));
    all.push(await tokens.sign({ ...scope, caller: { ...caller, roles: ['ADMIN'] } }, 'memory'));
    expect(new Set(all).size).toBe(4);
  });

  test('it opens until 60 s are over, also where it was verified before', async () => {
    const { tokens, pass } = setUp();
    const token = await tokens.sign(scope, 'memory');
    pass(59_000);
    expect(await codeOf(tokens.verify(token, 'memory'))).toBe('accepted');
    pass(1_000);
    expect(await codeOf(tokens.verify(token, 'memory'))).toBe('UNAUTHENTICATED');
    expect(await codeOf(setUp().tokens.verify(token, 'memory'))).toBe('accepted');
  });

  test('a token for another subgraph is refused, also where it was verified before', async () => {
    const { tokens } = setUp();
    const token = await tokens.sign(scope, 'memory');
    await tokens.verify(token, 'memory');
    expect(await codeOf(tokens.verify(token, 'graph'))).toBe('UNAUTHENTICATED');
  });

  test.each([
    ['an empty one', async () => ''],
    ['one that is no JWT', async () => 'rae_x'],
    ['one of another secret', () => setUp(`${SECRET}!`).tokens.sign(scope, 'memory')],
    [
      'one with changed claims',
      async () => {
        const [head, , signature] = (await forge(scope)).split('.');
        const body = Buffer.from(
          JSON.stringify({ ...decodeJwt(await forge(scope)), caller: { ...caller, roles: ['ADMIN'] } }),
        );
        return [head, body.toString('base64url'), signature].join('.');
      },
    ],
    [
      'alg:none',
      async () => {
        const head = Buffer.from('{"alg":"none","typ":"rae-internal+jwt"}').toString('base64url');
        return `${head}.${(await forge(scope)).split('.')[1]}.`;
      },
    ],
    ['a user’s token under the same secret', () => forge(scope, { typ: 'JWT' })],
    ['another issuer', () => forge(scope, { iss: 'someone' })],
    ['no caller', () => forge({ cause: NO_CAUSE })],
    ['a role that there is not', () => forge({ ...scope, caller: { ...caller, roles: ['ROOT'] } })],
  ])('%s is UNAUTHENTICATED', async (_, make) => {
    expect(await codeOf(setUp().tokens.verify(await make(), 'memory'))).toBe('UNAUTHENTICATED');
  });
});
