import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Transact, type TransactionScope, WORKER_SCOPE } from '@rae/database';
import { type Caller, isPlatformError, PlatformError, type Transaction, uuidv7 } from '@rae/kernel';
import { openTestDatabase, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';
import { SignJWT } from 'jose';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { makeSecret } from './key-secret.ts';
import { type KeyWanted, type MadeKey, makeKey, UNBOUND } from './make-key.ts';
import { makeTenant } from './make-tenant.ts';
import { setRevoked } from './queries/set-revoked.ts';

jest.setTimeout(60_000); // the machine may be busy

const SECRET = 'a secret of a user’s issuer, 32 bytes and more';
const jwt = { secret: SECRET, issuer: null, audience: null };
const tenantId = uuidv7();
const owner = testCaller(tenantId);

let db: TestDatabase;
let projectId: string;
let time = Date.parse('2026-11-21T08:30:00.000Z');
let isAway = false;
let lookUps = 0;
let others = 0;
const clock = { now: () => new Date(time) };
const opened: Authenticator[] = [];

/** The database as it is, sometimes away; counts what is asked of it as rae_worker, and as rae_app. */
const count = (scope: TransactionScope): void => {
  if (isAway) throw new PlatformError('DEPENDENCY_UNAVAILABLE', 'the database is away');
  if (scope === WORKER_SCOPE) lookUps += 1;
  else others += 1;
};
const counted: Transact = Object.assign(
  async <T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>) => {
    count(scope);
    return db.transact(scope, work);
  },
  {
    once: async <T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>) => {
      count(scope);
      return db.transact.once(scope, work);
    },
  },
);

function open(options: { jwt?: typeof jwt | null; transact?: Transact } = {}): Authenticator {
  const made = createAuthenticator({ transact: counted, clock, logger: silentLogger, jwt, ...options });
  opened.push(made);
  return made;
}

beforeAll(async () => {
  db = await openTestDatabase(clock);
  const made = await db.asWorker((tx) => makeTenant(tx, owner, { name: 'tenant', roles: ['ADMIN'] }));
  projectId = made.project.id;
});
afterAll(async () => {
  await Promise.all(opened.map((authenticator) => authenticator.close()));
  await db.close();
});

const makeTestKey = (wanted: Partial<KeyWanted> = {}): Promise<MadeKey> =>
  db.as(owner, (tx) => makeKey(tx, { ...UNBOUND, name: 'k', roles: ['READER'], expiresAt: null, ...wanted }));

const revoke = ({ apiKey }: MadeKey) => db.as(owner, (tx) => setRevoked(tx, apiKey.id, clock.now()));

const bearer = (credential: string) => `Bearer ${credential}`;

const refusalOf = (authenticating: Promise<unknown>) =>
  authenticating.then(
    () => 'accepted',
    (error: unknown) => (isPlatformError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

const token = (claims: Record<string, unknown>) =>
  new SignJWT({ sub: 'anna', tenant_id: tenantId, roles: ['READER'], exp: time / 1000 + 600, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));

describe('an API key', () => {
  test('brings its tenant, roles and binding, and nothing else', async () => {
    const { apiKey, secret } = await makeTestKey({ projectId, agentId: 'a', userId: 'u', roles: ['READER', 'AGENT'] });
    const binding = { projectId, agentId: 'a', userId: 'u' };
    const roles = ['READER', 'AGENT'];
    const expected = { tenantId, actor: `key:${apiKey.id}`, roles, apiKeyId: apiKey.id, sessionId: null, ...binding };
    expect(await open().authenticate(bearer(secret))).toEqual(expected);
    expect(await open().authenticate(`bearer   ${secret} `)).toEqual(expected);
  });

  test('is stored as a hash and a prefix of 12 characters: the key itself is nowhere in the database', async () => {
    const { secret, apiKey } = await makeTestKey();
    expect(secret).toMatch(/^rae_[A-Za-z0-9_-]{43}$/);
    expect(apiKey.prefix).toBe(secret.slice(0, 12));
    for (const table of ['api_keys', 'events', 'audit_log', 'idempotency']) {
      const { rows } = await db.database.pool.query(`select t::text as row from platform.${table} t`);
      expect(JSON.stringify(rows)).not.toContain(secret.slice(12));
    }
  });

  test('that is unknown, mistyped, revoked or expired gets the same sentence', async () => {
    const revoked = await makeTestKey();
    await revoke(revoked);
    const expired = await makeTestKey({ expiresAt: new Date(time) });
    const { secret } = await makeTestKey();
    const bad = [revoked.secret, expired.secret, makeSecret(), secret.slice(0, -1), `${secret}=`, 'rae_', 'rae_\u0000'];
    const refusals = await Promise.all(bad.map((credential) => refusalOf(open().authenticate(bearer(credential)))));
    expect([...new Set(refusals)]).toEqual([
      'UNAUTHENTICATED: This API key opens nothing: it is mistyped, expired or revoked. Send one that is in force as `Authorization: Bearer rae_…`.',
    ]);
  });

  test('opens until the very instant at which it expires, also where it was looked up before', async () => {
    const { secret } = await makeTestKey({ expiresAt: new Date(time + 100) });
    const authenticator = open();
    expect(await refusalOf(authenticator.authenticate(bearer(secret)))).toBe('accepted');
    time += 99;
    expect(await refusalOf(authenticator.authenticate(bearer(secret)))).toBe('accepted');
    time += 1;
    expect(await refusalOf(authenticator.authenticate(bearer(secret)))).toContain('UNAUTHENTICATED');
  });

  test('that is revoked opens nothing 500 ms later', async () => {
    const made = await makeTestKey();
    const authenticator = open();
    await authenticator.authenticate(bearer(made.secret));
    await revoke(made);
    time += 500;
    expect(await refusalOf(authenticator.authenticate(bearer(made.secret)))).toContain('UNAUTHENTICATED');
  });

  test('that is revoked opens nothing when the clock is set back', async () => {
    const made = await makeTestKey();
    const authenticator = open();
    await authenticator.authenticate(bearer(made.secret));
    await revoke(made);
    time -= 60_000;
    expect(await refusalOf(authenticator.authenticate(bearer(made.secret)))).toContain('UNAUTHENTICATED');
    time += 60_000;
  });

  test('is looked up once by 50 requests at once, once in 500 ms, and when it is unknown once in 100 ms', async () => {
    const { secret } = await makeTestKey();
    const authenticator = open();
    const ask = (credential: string, times: number) =>
      Promise.all(Array.from({ length: times }, () => refusalOf(authenticator.authenticate(bearer(credential)))));
    const countLookUps = async (work: () => Promise<unknown>) => {
      const before = lookUps;
      await work();
      return lookUps - before;
    };
    expect(await countLookUps(() => ask(secret, 50))).toBe(1);
    time += 499;
    expect(await countLookUps(() => ask(secret, 1))).toBe(0);
    time += 1;
    expect(await countLookUps(() => ask(secret, 1))).toBe(1);
    const unknown = makeSecret();
    expect(await countLookUps(() => ask(unknown, 50))).toBe(1);
    time += 99;
    expect(await countLookUps(() => ask(unknown, 1))).toBe(0);
    time += 1;
    expect(await countLookUps(() => ask(unknown, 1))).toBe(1);
    expect(await countLookUps(() => ask('rae_malformed', 50))).toBe(0);
  });

  test('is DEPENDENCY_UNAVAILABLE while the database is away, and opens at once when it is back', async () => {
    const { secret } = await makeTestKey();
    const authenticator = open();
    isAway = true;
    expect(await refusalOf(authenticator.authenticate(bearer(secret)))).toContain('DEPENDENCY_UNAVAILABLE');
    isAway = false;
    expect(await refusalOf(authenticator.authenticate(bearer(secret)))).toBe('accepted');
  });

  test('has its last use noted at once and again after a minute, and nothing written between', async () => {
    const { secret, apiKey } = await makeTestKey();
    const lastUsed = 'select last_used_at as at from platform.api_keys where id = $1';
    const use = async () => {
      const before = others;
      const authenticator = open();
      await Promise.all([authenticator.authenticate(bearer(secret)), authenticator.authenticate(bearer(secret))]);
      await authenticator.close();
      const [row] = await db.as(owner, (tx) => tx.query<{ at: Date }>(lastUsed, [apiKey.id]));
      return [row?.at.getTime(), others - before];
    };
    const first = time;
    expect(await use()).toEqual([first, 1]);
    time += 59_999;
    expect(await use()).toEqual([first, 0]);
    time += 1;
    expect(await use()).toEqual([first + 60_000, 1]);
  });
});

describe('what is no API key', () => {
  test.each([null, '', 'Bearer', 'Bearer ', 'Basic cmFlOnJhZQ==', 'rae_x', 'Bearer a b', 'Token x'])(
    '%j is told how to send a credential',
    async (authorization) => {
      expect(await refusalOf(open().authenticate(authorization))).toBe(
        'UNAUTHENTICATED: Send `Authorization: Bearer …` with an API key (`rae_…`) or a JWT.',
      );
    },
  );

  test('is told that it is no API key where no JWTs are taken', async () => {
    expect(await refusalOf(open({ jwt: null }).authenticate(bearer(await token({}))))).toBe(
      'UNAUTHENTICATED: This is no API key; send `Authorization: Bearer …` with an API key (`rae_…`).',
    );
  });

  test('makes a caller of a JWT, with its tenant, roles and project', async () => {
    expect(await open().authenticate(bearer(await token({ project_id: projectId, roles: ['AGENT'] })))).toEqual({
      tenantId,
      actor: 'user:anna',
      roles: ['AGENT'],
      projectId,
      apiKeyId: null,
      agentId: null,
      userId: null,
      sessionId: null,
    });
  });

  test('is refused when its tenant or project is none of ours, until it is', async () => {
    const authenticator = open();
    const later = uuidv7(time);
    const claims = { project_id: later };
    expect(await refusalOf(authenticator.authenticate(bearer(await token({ tenant_id: uuidv7() }))))).toContain(
      'its claim tenant_id names no tenant of ours',
    );
    expect(await refusalOf(authenticator.authenticate(bearer(await token(claims))))).toContain(
      'its claim project_id names no project of ours',
    );
    await db.as(owner, (tx) =>
      tx.query(`insert into platform.projects values ($1, $2, 'later', now())`, [later, tenantId]),
    );
    time += 500;
    expect(await refusalOf(authenticator.authenticate(bearer(await token(claims))))).toBe('accepted');
  });
});

describe('watchCredential', () => {
  const ending = (authenticator: Authenticator, caller: Caller) =>
    new Promise<PlatformError>((resolve) => void authenticator.watchCredential(caller, resolve));

  test('tells each of 3 holders of a revoked key once, and nobody else', async () => {
    const authenticator = open();
    const [kept, lost] = [await makeTestKey(), await makeTestKey()];
    const holder = await authenticator.authenticate(bearer(lost.secret));
    const told: string[] = [];
    const keeper = await authenticator.authenticate(bearer(kept.secret));
    const stop = authenticator.watchCredential(keeper, () => told.push('kept'));
    authenticator.watchCredential(holder, () => told.push('stopped'))();
    authenticator.watchCredential(holder, () => {
      told.push('thrown');
      throw new Error('a listener’s own');
    });
    const endings = [ending(authenticator, holder), ending(authenticator, { ...holder })];
    await revoke(lost);
    for (const error of await Promise.all(endings))
      expect(error).toMatchObject({
        code: 'UNAUTHENTICATED',
        message: 'The API key was revoked.',
        details: { reason: 'revoked' },
      });
    expect(told).toEqual(['thrown']);
    stop();
  });

  test('tells when a key or a token expires', async () => {
    const authenticator = open();
    const { secret } = await makeTestKey({ expiresAt: new Date(time + 60_000) });
    const jwtCaller = await authenticator.authenticate(bearer(await token({ exp: time / 1000 + 60 })));
    const keyCaller = await authenticator.authenticate(bearer(secret));
    const endings = [ending(authenticator, keyCaller), ending(authenticator, jwtCaller)];
    time += 65_000;
    const messages = (await Promise.all(endings)).map(({ message }) => message);
    expect(messages).toEqual(['The API key has expired.', 'The token has expired.']);
  });

  test('goes on watching while the database is away, and tells when it is back', async () => {
    const authenticator = open();
    const made = await makeTestKey();
    const told = ending(authenticator, await authenticator.authenticate(bearer(made.secret)));
    const expires = await authenticator.authenticate(bearer(await token({ exp: time / 1000 + 1 })));
    await revoke(made);
    isAway = true;
    const tokenEnds = ending(authenticator, expires);
    time += 10_000;
    await tokenEnds; // a tick has passed with the database away
    isAway = false;
    expect((await told).details).toEqual({ reason: 'revoked' });
  });

  test('asks the database nothing while nothing is watched', async () => {
    const authenticator = open();
    const caller = await authenticator.authenticate(bearer((await makeTestKey()).secret));
    authenticator.watchCredential(caller, () => {})();
    const before = lookUps;
    const other = await makeTestKey();
    const told = ending(open({ transact: db.transact }), { ...caller, apiKeyId: other.apiKey.id });
    await revoke(other);
    await told; // a tick has passed
    expect(lookUps).toBe(before);
  });
});
