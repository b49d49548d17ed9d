import {
  type Caller,
  type Clock,
  type Context,
  createCursorCodec,
  NO_CAUSE,
  systemClock,
  type Transaction,
} from '@rae/kernel';
import type { TestDatabase } from './database.ts';
import { silentLogger } from './logger.ts';

const cursors = createCursorCodec('a secret of tests');

/** The context of one fetch on a test's database; peers are not there. */
export function createTestContext(db: TestDatabase, caller: Caller, clock: Clock = systemClock): Context {
  const work = <T>(use: (tx: Transaction) => Promise<T>) => db.as(caller, use);
  return {
    caller,
    cause: NO_CAUSE,
    clock,
    logger: silentLogger,
    peers: { query: () => Promise.reject(new Error('no peer is asked')) },
    cursors,
    traceparent: null,
    signal: null,
    transact: work,
    read: work,
    readOnce: work,
  };
}
