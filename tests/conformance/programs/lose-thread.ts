// Opens an embedded database, takes away its thread in the midst of a statement, and says what its users are told.
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { createTransact, openDatabase, WORKER_SCOPE } from '@rae/database';
import { createInProcessWakeUp } from '@rae/events';
import { isPlatformError, systemClock } from '@rae/kernel';
import { silentLogger } from '@rae/testkit';

const { folder } = JSON.parse(process.argv[2] ?? '');
const made = once(process, 'worker');
const told = Promise.withResolvers<string>();
const logger = { ...silentLogger, error: (_: unknown, message: string) => told.resolve(message) };
const database = await openDatabase({ url: null, dataFolder: folder, poolSize: 2, entities: [], logger });
const transact = createTransact(database, systemClock, createInProcessWakeUp());
const [thread] = await made;

const ask = (sql: string) =>
  transact(WORKER_SCOPE, (tx) => tx.query(sql)).then(
    () => 'done',
    (error: unknown) => (isPlatformError(error) ? error.code : String(error)),
  );
await database.pool.query('create role rae_worker');
const asked = ask('select pg_sleep(1)');
await setImmediate(); // it has been sent
await thread.terminate();
console.log(`under way: ${await asked}`);
console.log(`told: ${await told.promise}`);
for (let n = 0; n < 2; n++) console.log(`after: ${await ask('select 1')}`);
await database.close();
console.log('closed');
