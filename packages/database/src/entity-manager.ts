import type { EntityManager } from '@mikro-orm/postgresql';
import type { Transaction } from '@rae/kernel';
import type { Database } from './database.ts';
import { clientOf } from './transact.ts';

/**
 * The ORM's unit of work on the very connection of `tx`: what it reads and flushes is part of that transaction, under its
 * role and tenant. Flush before the transaction ends: after it the manager is refused every statement.
 */
export const entityManager = (database: Database, tx: Transaction): Promise<EntityManager> =>
  database.manage(() => clientOf(tx));
