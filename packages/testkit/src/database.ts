import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransact, type Database, migrate, openDatabase, type Transact } from '@rae/database';
import { createInProcessWakeUp, makeLogDays, settleEpoch } from '@rae/events';
import { type Caller, type Clock, NO_CAUSE, systemClock, type Transaction, uuidv7, type WakeUp } from '@rae/kernel';
import { migrations } from '@rae/migrations';
import { silentLogger } from './logger.ts';
import { fillDataFolder } from './migrated-folder.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly transact: Transact;
  readonly wakeUp: WakeUp;
  asWorker<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  as<T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A caller of a tenant that nobody else uses; ADMIN. */
export const testCaller = (tenantId: string = uuidv7()): Caller => ({
  tenantId,
  actor: 'key:test',
  roles: ['ADMIN'],
  projectId: null,
  apiKeyId: null,
  agentId: null,
  userId: null,
  sessionId: null,
});

/**
 * The real database of the mode that the tests run in, with all migrations: PGlite in a folder of its own, or the Postgres of
 * DATABASE_URL, where every test keeps to its own tenants.
 *
 * @param url of a database of the test's own, for what touches all tenants
 */
export async function openTestDatabase(
  clock: Clock = systemClock,
  url: string | null = process.env.DATABASE_URL ?? null,
): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), `rae-db-${randomBytes(3).toString('hex')}-`));
  if (!url) await fillDataFolder(folder);
  const database = await openDatabase({ url, dataFolder: folder, poolSize: 8, entities: [], logger: silentLogger });
  const wakeUp = createInProcessWakeUp();
  const transact = createTransact(database, clock, wakeUp);
  const scope = (role: 'rae_worker' | 'rae_owner') =>
    ({ role, caller: { ...testCaller(''), actor: 'system:test' }, cause: NO_CAUSE }) as const;
  const asWorker: TestDatabase['asWorker'] = (work) => transact(scope('rae_worker'), work);
  await migrate(database, migrations);
  await settleEpoch((work) => transact(scope('rae_owner'), work), await database.readSystemId());
  await asWorker(makeLogDays);
  return {
    database,
    transact,
    wakeUp,
    asWorker,
    as: (caller, work) => transact({ role: 'rae_app', caller, cause: NO_CAUSE }, work),
    async close() {
      await wakeUp.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
