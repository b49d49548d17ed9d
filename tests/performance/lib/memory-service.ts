import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventFeed } from '@rae/events';
import {
  type Caller,
  type Context,
  createCursorCodec,
  type Embedder,
  NO_CAUSE,
  spendOf,
  systemClock,
  uuidv7,
} from '@rae/kernel';
import { createGenerator, createOfflineEncoder } from '@rae/llm';
import { createInProcessWorkingStore, createMemorySubgraph } from '@rae/memory-subgraph';
import { createMetrics } from '@rae/telemetry';
import { openTestDatabase, openTestMetering, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';

/** The memory subgraph's root fields, called without gateway and GraphQL, over the real database and encoder. */
export interface MemoryService {
  readonly db: TestDatabase;
  readonly embedder: Embedder;
  readonly caller: Caller;
  readonly projectId: string;
  call(type: 'Query' | 'Mutation', field: string, args: object): Promise<unknown>;
  /** A subscription's events, as its field gives them. */
  subscribe<T>(field: string, args: object): Promise<AsyncIterator<T>>;
  /** Unit vectors by the encoder. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

async function makeProject(db: TestDatabase, caller: Caller): Promise<string> {
  const projectId = uuidv7();
  await db.as(caller, async (tx) => {
    await tx.query('insert into platform.tenants (id, name, created_at) values ($1, $2, now())', [
      caller.tenantId,
      'perf',
    ]);
    await tx.query('insert into platform.projects (id, tenant_id, name, created_at) values ($1, $2, $3, now())', [
      projectId,
      caller.tenantId,
      'perf',
    ]);
  });
  return projectId;
}

/** A new tenant with one project. @param opened its database, closed with the service; that of the mode when left out */
export async function openMemoryService(opened?: TestDatabase): Promise<MemoryService> {
  const folder = await mkdtemp(join(tmpdir(), 'rae-perf-'));
  const db = opened ?? (await openTestDatabase());
  const outside = () => {};
  const embedder = await createOfflineEncoder({ modelDir: folder, assertOutsideTransaction: outside });
  const caller = testCaller();
  const feed = createEventFeed({
    readAsWorker: db.asWorker,
    readAs: (as) => (work) => db.as(as, work),
    wakeUp: db.wakeUp,
    logger: silentLogger,
  });
  const metrics = createMetrics();
  const meter = openTestMetering(db, systemClock);
  const generator = await createGenerator({
    model: null,
    accessOf: () => ({}),
    meter,
    metrics,
    logger: silentLogger,
    assertOutsideTransaction: outside,
  });
  const subgraph = createMemorySubgraph({
    embedder,
    generator,
    reranker: null,
    feed,
    indexBytes: 2 ** 30,
    writeAs: db.as,
    working: createInProcessWorkingStore({ clock: systemClock }),
    wakeUp: db.wakeUp,
    meter,
    logger: silentLogger,
    metrics,
  });
  const transact: Context['transact'] = (work) => db.as(caller, work);
  const context = () =>
    subgraph.extend({
      caller,
      cause: NO_CAUSE,
      clock: systemClock,
      logger: silentLogger,
      cursors: createCursorCodec('perf'),
      traceparent: null,
      signal: null,
      peers: { query: async () => null },
      transact,
      read: transact,
      readOnce: (work) => db.transact.once({ role: 'rae_app', caller, cause: NO_CAUSE }, work),
    });
  const projectId = await makeProject(db, caller);
  const spend = spendOf({ caller, cause: NO_CAUSE }, { projectId, operation: 'EMBEDDING' });
  return {
    db,
    embedder,
    caller,
    projectId,
    subscribe: async (field, args) =>
      Reflect.get(Object(subgraph.resolvers.Subscription), field).subscribe(null, args, context()),
    call: async (type, field, args) => Reflect.get(Object(subgraph.resolvers[type]), field)(null, args, context()),
    embed: (texts) => embedder.embed(texts, 'document', spend),
    async close() {
      await feed.close();
      await subgraph.close();
      await embedder.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
