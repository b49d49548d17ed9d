import { createTransact, type Database, migrate, openDatabase, type Transact } from '@rae/database';
import { createInProcessWakeUp, makeLogDays, settleEpoch } from '@rae/events';
import { type Caller, type Clock, NO_CAUSE, systemClock, type Transaction, type WakeUp } from '@rae/kernel';
import { migrations } from '@rae/migrations';
import { silentLogger, testCaller } from '@rae/testkit';
import type { OwnDatabase } from './own-database.ts';

export interface Stack {
  readonly database: Database;
  readonly transact: Transact;
  readonly wakeUp: WakeUp;
  as<T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T>;
  asWorker<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  asOwner<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly clock?: Clock;
  readonly wakeUp?: WakeUp;
  readonly poolSize?: number;
}

const SYSTEM = { ...testCaller(''), actor: 'system:test' };

/** Opens a database as a process of the platform does, with all migrations, its epoch settled and its days made. */
export async function openStack(
  { url, folder }: Pick<OwnDatabase, 'url' | 'folder'>,
  { clock = systemClock, wakeUp = createInProcessWakeUp(), poolSize = 8 }: StackOptions = {},
): Promise<Stack> {
  const database = await openDatabase({ url, dataFolder: folder, poolSize, entities: [], logger: silentLogger });
  const transact = createTransact(database, clock, wakeUp);
  const asOwner: Stack['asOwner'] = (work) => transact({ role: 'rae_owner', caller: SYSTEM, cause: NO_CAUSE }, work);
  const asWorker: Stack['asWorker'] = (work) => transact({ role: 'rae_worker', caller: SYSTEM, cause: NO_CAUSE }, work);
  await migrate(database, migrations);
  await settleEpoch(asOwner, await database.readSystemId());
  await asWorker(makeLogDays);
  return {
    database,
    transact,
    wakeUp,
    as: (caller, work) => transact({ role: 'rae_app', caller, cause: NO_CAUSE }, work),
    asWorker,
    asOwner,
    async close() {
      await wakeUp.close();
      await database.close();
    },
  };
}
