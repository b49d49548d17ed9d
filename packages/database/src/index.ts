export { type Database, type DatabaseMode, type DatabaseOptions, openDatabase } from './database.ts';
export { toPlatformError } from './database-errors.ts';
export { entityManager } from './entity-manager.ts';
export { findFirst, IDEMPOTENCY_HOURS, type IdempotentCall, once } from './idempotency.ts';
export { analyseTables, keepStatistics } from './keep-statistics.ts';
export { migrate, pendingMigrations } from './migrate.ts';
export type { NamedMigration } from './named-migration.ts';
export {
  actAs,
  actAsWorker,
  clientOf,
  createTransact,
  type DatabaseRole,
  SYSTEM_CALLER,
  type Transact,
  type TransactionScope,
  WORKER_SCOPE,
} from './transact.ts';
export { assertOutsideTransaction } from './transaction-scope.ts';
