import {
  type Caller,
  type Cause,
  type Clock,
  isUuid,
  NO_CAUSE,
  type Statement,
  systemOf,
  type Transaction,
  type WakeUp,
} from '@rae/kernel';
import type { PoolClient, QueryConfig } from 'pg';
import type { Database } from './database.ts';
import { isAftermath, toPlatformError } from './database-errors.ts';
import { queryScoped, type Scope, type ScopedStatement } from './scoped-query.ts';
import { assertOutsideTransaction, insideTransaction } from './transaction-scope.ts';

/** rae_app: one tenant's rows. rae_worker: the short list of platform tables, all tenants. rae_owner: migrations and partitions. */
export type DatabaseRole = 'rae_app' | 'rae_worker' | 'rae_owner';

export interface TransactionScope {
  readonly role: DatabaseRole;
  readonly caller: Caller;
  readonly cause: Cause;
}

export interface Transact {
  <T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same for `work` of one statement, which is a transaction by itself: one wait instead of three. A second one is refused. */
  once<T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>): Promise<T>;
}

export const SYSTEM_CALLER = systemOf('', 'worker');
/** Sees all tenants' rows of the worker's tables, until `actAs` narrows the transaction to one. */
export const WORKER_SCOPE: TransactionScope = { role: 'rae_worker', caller: SYSTEM_CALLER, cause: NO_CAUSE };

function checkTenant(tenantId: string): string {
  if (tenantId !== '' && !isUuid(tenantId)) throw new Error('a tenant id must be a UUID');
  return tenantId;
}

/** Role and tenant in one statement; set locally, so that nothing leaks past the transaction. */
const roleSql = (role: DatabaseRole, tenantId: string): string =>
  `select set_config('role', '${role}', true), set_config('app.tenant', '${checkTenant(tenantId)}', true)`;

/** What all faces of one transaction (`actAs`) share. */
interface Session {
  readonly client: PoolClient;
  /** False from the moment the end is sent: a statement after it would run outside, or in somebody else's transaction. */
  open: boolean;
  /** The first statement that failed, behind which the database refuses all others. */
  failure: unknown;
  /** Of a transaction that is its one statement; null: of one with a begin and an end. */
  readonly alone: Scope | null;
  /** That statement, once it is sent. */
  sent: Promise<unknown>;
  /** The commit, once it is sent. */
  committed: Promise<{ command: string }> | null;
  readonly last: { key: string; work: () => Promise<void> }[];
  readonly after: (() => void)[];
}

const sessions = new WeakMap<Transaction, Session>();

function openSessionOf(session: Session | undefined): Session {
  if (!session?.open) throw new Error('this transaction has ended: whatever it starts, it must wait for');
  return session;
}

/**
 * The rest of the transaction as `caller`: the rows of its tenant as rae_app, its name in events and audit lines. Whoever
 * acts for another tenant in the midst of its own work comes back the same way.
 */
export async function actAs(tx: Transaction, caller: Caller, cause: Cause = tx.cause): Promise<Transaction> {
  const session = openSessionOf(sessions.get(tx));
  await tx.query(roleSql('rae_app', caller.tenantId));
  const acting = { ...tx, caller, cause };
  sessions.set(acting, session);
  return acting;
}

/** Back to all tenants' rows of the worker's tables. */
export async function actAsWorker(tx: Transaction): Promise<void> {
  await tx.query(roleSql('rae_worker', ''));
}

/** The driver's client of an open transaction, for what works on connections: the entity manager. */
export function clientOf(tx: Transaction): PoolClient {
  const { client, alone } = openSessionOf(sessions.get(tx));
  if (alone) throw new Error('a transaction of one statement has no connection of its own');
  return client;
}

/**
 * What is sent within one turn of the event loop goes out in one piece: begin, role, statements and commit are messages of their own,
 * and each system call costs more than what it carries.
 */
function gatherWrites({ connection: { stream } }: PoolClient): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

const numbers = new WeakMap<PoolClient, number>();
let lastNumber = 0;

/** PGlite's clients share one backend and so one space of statement names: names carry the client. */
function nameOf(client: PoolClient, name: string): string {
  const number = numbers.get(client) ?? ++lastNumber;
  numbers.set(client, number);
  return `${name}_${number}`;
}

function sendAlone(session: Session, scope: Scope, statement: ScopedStatement): Promise<unknown[]> {
  session.open = false;
  const answered = queryScoped(session.client, scope, statement);
  session.sent = answered.catch(() => {}); // told where it is awaited, and by `runAlone`
  return answered;
}

function sendInside({ client }: Session, statement: QueryConfig<unknown[]>): Promise<unknown[]> {
  gatherWrites(client);
  return client.query(statement).then(({ rows }) => rows);
}

function openTransaction(session: Session, scope: TransactionScope, now: Date, wakeUp: WakeUp): Transaction {
  const tx: Transaction = {
    caller: scope.caller,
    cause: scope.cause,
    now,
    async query<Row>(statement: string | Statement, values: readonly unknown[] = []) {
      const { client } = openSessionOf(session);
      const named =
        typeof statement === 'string'
          ? { text: statement }
          : { name: nameOf(client, statement.name), text: statement.text };
      const answered = session.alone
        ? sendAlone(session, session.alone, { ...named, values })
        : sendInside(session, { ...named, values: [...values] });
      const rows = await answered.catch((error: unknown) => {
        session.failure ??= error;
        throw toPlatformError(error);
      });
      return rows as Row[]; // the driver knows no row types; each query function states its own
    },
    seal() {
      if (session.last.length > 0) throw new Error('a transaction with work before its commit cannot be sealed');
      void sendCommit(session);
    },
    beforeCommit: (key, work) => void openSessionOf(session).last.push({ key, work }),
    wake: (topic) => void openSessionOf(session).after.push(() => wakeUp.notify(topic)),
    afterCommit: (work) => void openSessionOf(session).after.push(work),
  };
  sessions.set(tx, session);
  return tx;
}

/** Sends role and tenant ahead of the first statement and does not wait: should they fail, so does every statement behind. */
async function runInside<T>(session: Session, scope: TransactionScope, work: () => Promise<T>): Promise<T> {
  gatherWrites(session.client);
  const begun = session.client
    .query(`begin isolation level read committed; ${roleSql(scope.role, scope.caller.tenantId)}`)
    .catch((error: unknown) => {
      session.failure ??= error;
    });
  const value = await work();
  await begun;
  for (const { work: step } of session.last.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) await step();
  return value;
}

/** Sent, not waited for; where a statement before it failed, the database answers with a rollback. */
function sendCommit(session: Session): Promise<{ command: string }> {
  session.open = false;
  gatherWrites(session.client);
  session.committed ??= session.client.query('commit');
  session.committed.catch(() => {}); // told by `commit`, which waits for it
  return session.committed;
}

/** A commit after a failed statement is answered as a rollback, not as an error. */
async function commit(session: Session): Promise<void> {
  const { command } = await sendCommit(session);
  if (command !== 'COMMIT')
    throw session.failure ?? new Error('the transaction was rolled back: a statement failed that nobody waited for');
}

/** @returns the error that makes the connection unfit for the next one; undefined when it is fit */
function rollBack(session: Session): Promise<Error | undefined> {
  session.open = false;
  return (session.committed ? sendCommit(session) : session.client.query('rollback')).then(
    () => undefined,
    (cause: Error) => cause,
  );
}

/** As the others, a statement that failed fails the whole; broken connections leave the pool by themselves. */
async function runAlone<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    const result = await insideTransaction(work);
    await session.sent;
    if (session.failure) throw session.failure;
    return result;
  } catch (error) {
    await session.sent;
    throw toPlatformError(error);
  } finally {
    session.open = false;
    session.client.release();
  }
}

async function runOn<T>(session: Session, scope: TransactionScope, work: () => Promise<T>): Promise<T> {
  let unfit: Error | undefined;
  try {
    const result = await insideTransaction(() => runInside(session, scope, work));
    await commit(session);
    return result;
  } catch (error) {
    unfit = await rollBack(session);
    throw toPlatformError(isAftermath(error) ? (session.failure ?? error) : error);
  } finally {
    session.client.release(unfit);
  }
}

/**
 * The one way to a transaction: READ COMMITTED, under one database role and tenant, in both modes the same. Refuses to
 * nest, also across awaits. `beforeCommit` work runs last, ordered by key; `afterCommit` work only when it is durable. A
 * statement that failed fails the whole, even where its error was caught; one that comes after the end is refused.
 *
 * @throws DEPENDENCY_UNAVAILABLE when the database is away (the outcome of a commit is then unknown), CONFLICT
 *   (retryable) on contention, TIMEOUT; whatever `work` throws, after rolling back
 */
export function createTransact(database: Database, clock: Clock, wakeUp: WakeUp): Transact {
  const run = async <T>(scope: TransactionScope, once: boolean, work: (tx: Transaction) => Promise<T>): Promise<T> => {
    assertOutsideTransaction('a transaction');
    const alone = once ? { role: scope.role, tenantId: checkTenant(scope.caller.tenantId) } : null;
    const client = await database.pool.connect().catch((error: unknown) => {
      throw toPlatformError(error);
    });
    const begun = { client, open: true, failure: undefined, sent: Promise.resolve(), committed: null };
    const session: Session = { ...begun, alone, last: [], after: [] };
    const tx = openTransaction(session, scope, clock.now(), wakeUp);
    const result = await (alone ? runAlone(session, () => work(tx)) : runOn(session, scope, () => work(tx)));
    for (const step of session.after) step();
    return result;
  };
  return Object.assign(<T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>) => run(scope, false, work), {
    once: <T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>) => run(scope, true, work),
  });
}
