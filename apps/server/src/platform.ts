import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ChainSigner, createChainSigner } from '@rae/audit';
import {
  createTransact,
  type Database,
  migrate,
  openDatabase,
  pendingMigrations,
  SYSTEM_CALLER,
  type Transact,
  WORKER_SCOPE,
} from '@rae/database';
import {
  createEventFeed,
  createInProcessWakeUp,
  createRedisWakeUp,
  type EventFeed,
  makeLogDays,
  openRedisScripts,
  settleEpoch,
} from '@rae/events';
import {
  type Caller,
  type Clock,
  type CursorCodec,
  createCursorCodec,
  type Logger,
  NO_CAUSE,
  PlatformError,
  type Transaction,
  type WakeUp,
} from '@rae/kernel';
import { createMetering, createPriceBook, type Metering } from '@rae/metering';
import { migrations } from '@rae/migrations';
import { createMetrics, type Metrics } from '@rae/telemetry';
import type { Config } from './config.ts';
import { ROLE_NAMES } from './settings.ts';

/** What every role of a process stands on. */
export interface Platform {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Database;
  readonly transact: Transact;
  readonly wakeUp: WakeUp;
  readonly feed: EventFeed;
  readonly metering: Metering;
  readonly cursors: CursorCodec;
  readonly internalSecret: string;
  /** Signs heads of the hash chains. */
  readonly signer: ChainSigner;
  asWorker<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  asTenant<T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connections of one process; the embedded database has one backend, so more would only queue in it. */
const POOL = { embedded: 4, native: 12 };

/** Embedded: made once and kept beside the data, so that cursors and tokens outlive a restart. */
function readInternalSecret({ internalSecret, dataFolder }: Config): string {
  if (internalSecret) return internalSecret;
  const file = join(dataFolder, 'internal-secret');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** One secret for each use, so that what is signed for one is never right for another (RFC 5869 in its simplest form). */
export const deriveSecret = (secret: string, use: string): string =>
  createHmac('sha256', secret).update(use).digest('base64url');

/** The whole server brings its database up to date; a part alone expects that somebody did. */
async function prepare(database: Database, config: Config, transact: Transact): Promise<void> {
  if (config.roles.size === ROLE_NAMES.length) await migrate(database, migrations);
  const pending = await pendingMigrations(database, migrations);
  if (pending.length > 0)
    throw new PlatformError(
      'DEPENDENCY_UNAVAILABLE',
      `The database lacks ${pending.length} migrations of this version; run \`npm run migrate\` with the same DATABASE_URL, then start again.`,
      { setting: 'DATABASE_URL', pending },
    );
  await settleEpoch((work) => transact({ ...WORKER_SCOPE, role: 'rae_owner' }, work), await database.readSystemId());
  await transact(WORKER_SCOPE, makeLogDays);
}

/** An admission that waits longer for Redis than this is decided by Postgres. */
const COUNTERS_ANSWER_WITHIN_MS = 1_000;

const openCounters = ({ redisUrl: url }: Config, logger: Logger) =>
  url === null
    ? null
    : openRedisScripts({
        url,
        logger,
        away: 'Redis does not answer, and admissions are decided by Postgres',
        answerWithinMs: COUNTERS_ANSWER_WITHIN_MS,
      });

/** Opens database, wake-ups and event log as the settings say; the only place that knows which mode it is. */
export async function openPlatform(config: Config, logger: Logger, clock: Clock): Promise<Platform> {
  const metrics = createMetrics();
  const mode = config.databaseUrl ? 'native' : 'embedded';
  const database = await openDatabase({
    url: config.databaseUrl,
    dataFolder: config.dataFolder,
    poolSize: POOL[mode],
    entities: [],
    logger,
  });
  const wakeUp = config.redisUrl ? createRedisWakeUp({ url: config.redisUrl, logger }) : createInProcessWakeUp();
  const transact = createTransact(database, clock, wakeUp);
  try {
    await prepare(database, config, transact);
  } catch (error) {
    await wakeUp.close();
    await database.close();
    throw error;
  }
  const asWorker: Platform['asWorker'] = (work) => transact(WORKER_SCOPE, work);
  const asTenant: Platform['asTenant'] = (caller, work) => transact({ role: 'rae_app', caller, cause: NO_CAUSE }, work);
  // Readers of the log ask one statement at a time.
  const feed = createEventFeed({
    readAsWorker: (work) => transact.once(WORKER_SCOPE, work),
    readAs: (caller) => (work) => transact.once({ role: 'rae_app', caller, cause: NO_CAUSE }, work),
    wakeUp,
    logger,
  });
  const prices = createPriceBook(config.fallbackPrice);
  const metering = createMetering({ transact, clock, logger, metrics, prices, redis: openCounters(config, logger) });
  const stopUpkeep = metering.startUpkeep();
  const internalSecret = readInternalSecret(config);
  const previous = config.previousSecret;
  return {
    config,
    clock,
    logger,
    metrics,
    database,
    transact,
    wakeUp,
    feed,
    metering,
    cursors: createCursorCodec(deriveSecret(internalSecret, 'cursors')),
    internalSecret,
    signer: createChainSigner(deriveSecret(internalSecret, 'chains'), previous && deriveSecret(previous, 'chains')),
    asWorker,
    asTenant,
    async close() {
      await feed.close();
      await stopUpkeep();
      await metering.close();
      await wakeUp.close();
      await database.close();
    },
  };
}

/** The whole tenant, as the platform itself. */
export const systemCaller = (tenantId: string): Caller => ({ ...SYSTEM_CALLER, tenantId });
