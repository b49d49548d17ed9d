import {
  type Caller,
  type Cause,
  type Clock,
  isUuid,
  NO_CAUSE,
  type Statement,
  type Transaction,
  type WakeUp,
} from '@rae/kernel';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { toPlatformError } from './database-errors.ts';
import { assertOutsideTransaction, insideTransaction, outsideTransaction } from './transaction-scope.ts';

/** rae_app: one tenant's rows. rae_worker: the short list of platform tables, all tenants. rae_owner: migrations and partitions. */
export type DatabaseRole = 'rae_app' | 'rae_worker' | 'rae_owner';

export interface TransactionScope {
  readonly role: DatabaseRole;
  readonly caller: Caller;
  readonly cause: Cause;
}

export type Transact = <T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>) => Promise<T>;

export const SYSTEM_CALLER: Caller = {
  tenantId: '',
  actor: 'system:worker',
  roles: [],
  projectId: null,
  apiKeyId: null,
  agentId: null,
  userId: null,
  sessionId: null,
};
/** Sees all tenants' rows of the worker's tables, until `actAs` narrows the transaction to one. */
export const WORKER_SCOPE: TransactionScope = { role: 'rae_worker', caller: SYSTEM_CALLER, cause: NO_CAUSE };

/** Role and tenant in one statement; set locally, so that nothing leaks past the transaction. */
function roleSql(role: DatabaseRole, tenantId: string): string {
  if (tenantId !== '' && !isUuid(tenantId)) throw new Error('a tenant id must be a UUID');
  return `select set_config('role', '${role}', true), set_config('app.tenant', '${tenantId}', true)`;
}

const clients = new WeakMap<Transaction, PoolClient>();

/**
 * The rest of the transaction as `caller`: the rows of its tenant as rae_app, its name in events and audit lines. Whoever
 * acts for another tenant in the midst of its own work comes back the same way.
 */
export async function actAs(tx: Transaction, caller: Caller, cause: Cause = tx.cause): Promise<Transaction> {
  await tx.query(roleSql('rae_app', caller.tenantId));
  const acting = { ...tx, caller, cause };
  clients.set(acting, clientOf(tx));
  return acting;
}

/** Back to all tenants' rows of the worker's tables. */
export async function actAsWorker(tx: Transaction): Promise<void> {
  await tx.query(roleSql('rae_worker', ''));
}

/** The driver's client of an open transaction, for what works on connections: the entity manager. */
export function clientOf(tx: Transaction): PoolClient {
  const client = clients.get(tx);
  if (!client) throw new Error('this transaction has ended');
  return client;
}

/** PGlite's clients share one backend and so one space of statement names: names carry the client. */
function createNamer(): (client: PoolClient, name: string) => string {
  const numbers = new WeakMap<PoolClient, number>();
  let last = 0;
  return (client, name) => {
    const number = numbers.get(client) ?? ++last;
    numbers.set(client, number);
    return `${name}_${number}`;
  };
}

interface Open {
  readonly tx: Transaction;
  readonly last: { key: string; work: () => Promise<void> }[];
  readonly after: (() => void)[];
}

function openTransaction(
  client: PoolClient,
  scope: TransactionScope,
  now: Date,
  wakeUp: WakeUp,
  nameOf: (client: PoolClient, name: string) => string,
): Open {
  const last: Open['last'] = [];
  const after: Open['after'] = [];
  const tx: Transaction = {
    caller: scope.caller,
    cause: scope.cause,
    now,
    async query<Row>(statement: string | Statement, values: readonly unknown[] = []) {
      const named =
        typeof statement === 'string'
          ? { text: statement }
          : { name: nameOf(client, statement.name), text: statement.text };
      const { rows } = await client.query({ ...named, values: [...values] });
      const typed: Row[] = rows; // the driver knows no row types; each query function states its own
      return typed;
    },
    beforeCommit: (key, work) => void last.push({ key, work }),
    wake: (topic) => void after.push(() => wakeUp.notify(topic)),
    afterCommit: (work) => void after.push(work),
  };
  clients.set(tx, client);
  return { tx, last, after };
}

/**
 * The one way to a transaction: READ COMMITTED, under one database role and tenant, in both modes the same. Refuses to
 * nest, also across awaits. `beforeCommit` work runs last, ordered by key; `afterCommit` work only when it is durable.
 *
 * @throws DEPENDENCY_UNAVAILABLE when the database is away (the outcome of a commit is then unknown), CONFLICT
 *   (retryable) on contention, TIMEOUT; whatever `work` throws, after rolling back
 */
export function createTransact(database: Database, clock: Clock, wakeUp: WakeUp): Transact {
  const nameOf = createNamer();
  return async (scope, work) => {
    assertOutsideTransaction('a transaction');
    const client = await database.pool.connect().catch((error: unknown) => {
      throw toPlatformError(error);
    });
    const { tx, last, after } = openTransaction(client, scope, clock.now(), wakeUp, nameOf);
    let broken: Error | undefined;
    try {
      // Sent ahead of the first statement, not waited for: `begin` comes first, so that if the role cannot be set the
      // transaction is aborted and every later statement fails.
      const begun = client.query(`begin; ${roleSql(scope.role, scope.caller.tenantId)}`);
      begun.catch(() => {});
      const result = await insideTransaction(async () => {
        const value = await work(tx);
        await begun;
        for (const { work: step } of last.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) await step();
        return value;
      });
      await client.query('commit');
      outsideTransaction(() => {
        for (const step of after) step();
      });
      return result;
    } catch (error) {
      await client.query('rollback').catch((cause: Error) => {
        broken = cause;
      });
      throw toPlatformError(error);
    } finally {
      clients.delete(tx);
      client.release(broken);
    }
  };
}
