import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  actAs,
  createTransact,
  type Database,
  migrate,
  openDatabase,
  type Transact,
  WORKER_SCOPE,
} from '@rae/database';
import { createInProcessWakeUp } from '@rae/events';
import { type Caller, isPlatformError, NO_CAUSE, PlatformError, uuidv7 } from '@rae/kernel';
import { migrations } from '@rae/migrations';
import { createLogger } from '@rae/telemetry';
import { SignJWT } from 'jose';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { ensureFirstTenant, makeKeyAnew } from './bootstrap.ts';
import { makeSecret } from './key-secret.ts';
import { type KeyWanted, type MadeKey, makeKey, UNBOUND } from './make-key.ts';
import { setRevoked } from './queries/set-revoked.ts';

/** A database of its own in either mode: the first tests want one without a tenant. */
const folder = mkdtempSync(join(tmpdir(), 'rae-identity-'));
const logger = createLogger('silent');
const SECRET = 'a secret of a user’s issuer, 32 bytes and more';
const jwt = { secret: SECRET, issuer: null, audience: null };

let database: Database;
let transact: Transact;
let time = Date.parse('2026-11-21T08:30:00.000Z');
let isAway = false;
let lookUps = 0;
const clock = { now: () => new Date(time) };
const opened: Authenticator[] = [];

/** The database as it is, sometimes away; counts what is asked of it as rae_worker. */
const counted: Transact = async (scope, work) => {
  if (isAway) throw new PlatformError('DEPENDENCY_UNAVAILABLE', 'the database is away');
  if (scope === WORKER_SCOPE) lookUps += 1;
  return transact(scope, work);
};

function open(options: { jwt?: typeof jwt | null; transact?: Transact } = {}): Authenticator {
  const made = createAuthenticator({ transact: counted, clock, logger, jwt, ...options });
  opened.push(made);
  return made;
}

beforeAll(async () => {
  database = await openDatabase({ url: null, dataFolder: folder, poolSize: 8, entities: [], logger });
  await migrate(database, migrations);
  transact = createTransact(database, clock, createInProcessWakeUp());
});
afterAll(async () => {
  await Promise.all(opened.map((authenticator) => authenticator.close()));
  await database.close();
  rmSync(folder, { recursive: true });
});

let tenantId: string;
let projectId: string;

const asTenant = (id = tenantId) =>
  ({ role: 'rae_app', caller: { ...WORKER_SCOPE.caller, tenantId: id, actor: 'test' }, cause: NO_CAUSE }) as const;

const makeTestKey = (wanted: Partial<KeyWanted> = {}): Promise<MadeKey> =>
  transact(asTenant(), (tx) => makeKey(tx, { ...UNBOUND, name: 'k', roles: ['READER'], expiresAt: null, ...wanted }));

const revoke = ({ apiKey }: MadeKey) => transact(asTenant(), (tx) => setRevoked(tx, apiKey.id, clock.now()));

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

describe('the first tenant', () => {
  test('a key made anew before there is a tenant is NOT_FOUND', async () => {
    expect(await refusalOf(makeKeyAnew(transact))).toContain('NOT_FOUND: There is no tenant yet');
  });

  test('an admin key that is none is BAD_USER_INPUT and makes nothing', async () => {
    for (const key of ['', 'secret', 'rae_short', `rae_${'x'.repeat(129)}`, `rae_${'ä'.repeat(40)}`])
      expect(await refusalOf(ensureFirstTenant(transact, key))).toContain('BAD_USER_INPUT: RAE_ADMIN_KEY');
  });

  test('8 starts at once make 1 tenant with 1 project and 1 key, which one of them is told', async () => {
    const starts = await Promise.all(Array.from({ length: 8 }, () => ensureFirstTenant(transact, null)));
    ({ tenantId, projectId } = starts[0] ?? { tenantId: '', projectId: '' });
    expect(new Set(starts.map((start) => `${start.tenantId} ${start.projectId}`)).size).toBe(1);
    const [secret, ...others] = starts.flatMap((start) => start.secret ?? []);
    expect(others).toEqual([]);
    expect(await open().authenticate(bearer(secret ?? ''))).toMatchObject({ tenantId, roles: ['ADMIN', 'PLATFORM'] });
    const { rows } = await database.pool.query(
      `select (select json_agg(name) from platform.tenants) as tenants, (select json_agg(name) from platform.projects) as projects,
        (select count(*)::int from platform.api_keys) as keys, (select count(*)::int from platform.audit_log) as audited,
        (select json_agg(type order by seq) from platform.events) as events`,
    );
    expect(rows).toEqual([
      {
        tenants: ['default'],
        projects: ['default'],
        keys: 1,
        audited: 3,
        events: ['tenant.created', 'project.created', 'key.created'],
      },
    ]);
  });

  test('a later start with a preset key changes nothing', async () => {
    expect(await ensureFirstTenant(transact, makeSecret())).toEqual({ tenantId, projectId, secret: null });
  });

  test('a key made anew is ADMIN and PLATFORM of the first tenant', async () => {
    const { secret, apiKey } = await makeKeyAnew(transact);
    expect(await open().authenticate(bearer(secret))).toMatchObject({ tenantId, roles: ['ADMIN', 'PLATFORM'] });
    expect(apiKey.createdBy).toBe('system:start');
  });
});

describe('an API key', () => {
  test('brings its tenant, roles and binding, and nothing else', async () => {
    const { apiKey, secret } = await makeTestKey({ projectId, agentId: 'a', userId: 'u', roles: ['READER', 'AGENT'] });
    const expected: Caller = {
      tenantId,
      actor: `key:${apiKey.id}`,
      roles: ['READER', 'AGENT'],
      projectId,
      apiKeyId: apiKey.id,
      agentId: 'a',
      userId: 'u',
      sessionId: null,
    };
    expect(await open().authenticate(bearer(secret))).toEqual(expected);
    expect(await open().authenticate(`bearer   ${secret} `)).toEqual(expected);
  });

  test('is stored as a hash and a prefix of 12 characters: the key itself is nowhere in the database', async () => {
    const { secret, apiKey } = await makeTestKey();
    expect(secret).toMatch(/^rae_[A-Za-z0-9_-]{43}$/);
    expect(apiKey.prefix).toBe(secret.slice(0, 12));
    for (const table of ['api_keys', 'events', 'audit_log', 'idempotency']) {
      const { rows } = await database.pool.query(`select t::text as row from platform.${table} t`);
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

  test('has its last use noted at once and again after a minute, not between', async () => {
    const { secret, apiKey } = await makeTestKey();
    const use = async () => {
      const authenticator = open();
      await authenticator.authenticate(bearer(secret));
      await authenticator.close();
      const { rows } = await database.pool.query('select last_used_at as at from platform.api_keys where id = $1', [
        apiKey.id,
      ]);
      return rows[0].at.getTime();
    };
    const first = time;
    expect(await use()).toBe(first);
    time += 59_999;
    expect(await use()).toBe(first);
    time += 1;
    expect(await use()).toBe(first + 60_000);
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
    await transact(asTenant(), (tx) =>
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
    authenticator.watchCredential(await authenticator.authenticate(bearer(kept.secret)), () => told.push('kept'));
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
    const told = ending(open({ transact }), { ...caller, apiKeyId: other.apiKey.id });
    await revoke(other);
    await told; // a tick has passed
    expect(lookUps).toBe(before);
  });
});

describe('the walls of the database', () => {
  const asWorker = (sql: string) => transact(WORKER_SCOPE, (tx) => tx.query(sql));

  test('rae_worker reads tenants and keys, and is refused everything else of identity, audit and idempotency', async () => {
    await asWorker('select id from platform.tenants');
    await asWorker('select hash from platform.api_keys');
    for (const statement of [
      'select 1 from platform.projects',
      'select 1 from platform.audit_log',
      'select 1 from platform.audit_heads',
      'select 1 from platform.idempotency',
      'update platform.api_keys set revoked_at = null',
      'delete from platform.api_keys',
      `update platform.tenants set name = ''`,
      `insert into platform.tenants values ('${uuidv7()}', 'x', now())`,
    ])
      await expect(asWorker(statement)).rejects.toThrow('permission denied');
  });

  test('another tenant sees and changes no tenant, project or key of this one, and writes none into it', async () => {
    const other = uuidv7(time);
    const theirs = (sql: string, values: unknown[] = []) => transact(asTenant(other), (tx) => tx.query(sql, values));
    for (const table of ['tenants', 'projects', 'api_keys', 'audit_log', 'audit_heads'])
      expect(await theirs(`select 1 from platform.${table}`)).toEqual([]);
    expect(await theirs('update platform.api_keys set revoked_at = now() returning id')).toEqual([]);
    await expect(
      theirs(`insert into platform.projects values ($1, $2, 'x', now())`, [uuidv7(), tenantId]),
    ).rejects.toThrow('row-level security');
  });

  test('a transaction that acts for another tenant sees the rows of that one alone, and comes back', async () => {
    const seen = await transact(asTenant(), async (tx) => {
      const count = async () => (await tx.query('select 1 from platform.projects')).length > 0;
      const before = await count();
      await actAs(tx, { ...tx.caller, tenantId: uuidv7() });
      const between = await count();
      await actAs(tx, tx.caller);
      return [before, between, await count()];
    });
    expect(seen).toEqual([true, false, true]);
  });
});
