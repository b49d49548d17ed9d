import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMigrated, isDistributed } from './migrated-database.ts';
import { fillDataFolder } from './migrated-folder.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** A running RAE of its own: one process on the embedded database, or a process for each role on Postgres and Redis. */
export interface Installation {
  readonly mode: 'embedded' | 'distributed';
  readonly url: string;
  /** ADMIN and PLATFORM, of the tenant `default`. */
  readonly key: string;
  /** Settings of its processes, to start more of them. */
  readonly env: Readonly<Record<string, string>>;
  /** By role; `all` when embedded. */
  readonly processes: ReadonlyMap<string, ServerProcess>;
  /** Ends a role's process with SIGKILL and starts it again at the same address. */
  crash(role: string): Promise<void>;
  /** The same by SIGTERM. */
  restart(role: string): Promise<void>;
  /** Log lines of all processes. */
  log(): string;
  stop(): Promise<void>;
}

const makeKey = () => `rae_${randomBytes(32).toString('base64url')}`;

/** Ports that were free a moment ago, so that roles can be told each other's address before they start. */
async function freePorts(count: number): Promise<number[]> {
  const { createServer } = await import('node:net');
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<import('node:net').Server>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

interface Plan {
  readonly mode: Installation['mode'];
  readonly shared: Record<string, string>;
  readonly roles: readonly { role: string; env: Record<string, string> }[];
  readonly clean: () => Promise<void>;
}

async function planEmbedded(key: string): Promise<Plan> {
  const folder = await mkdtemp(join(tmpdir(), 'rae-test-'));
  await fillDataFolder(join(folder, 'data'));
  const [port] = await freePorts(1);
  const shared = { RAE_DATA_DIR: join(folder, 'data'), RAE_ADMIN_KEY: key };
  return {
    mode: 'embedded',
    shared,
    roles: [{ role: 'all', env: { PORT: String(port) } }],
    clean: () => rm(folder, { recursive: true, force: true }),
  };
}

async function planDistributed(key: string): Promise<Plan> {
  const database = await createMigrated();
  const folder = await mkdtemp(join(tmpdir(), 'rae-test-'));
  const [gateway = 0, memory = 0, governance = 0, worker = 0] = await freePorts(4);
  const shared = {
    DATABASE_URL: database.url,
    REDIS_URL: process.env.REDIS_URL ?? '',
    RAE_INTERNAL_SECRET: randomBytes(32).toString('base64url'),
    RAE_ADMIN_KEY: key,
    RAE_DATA_DIR: join(folder, 'data'),
    RAE_SUBGRAPHS: `memory=http://127.0.0.1:${memory}/memory/graphql,governance=http://127.0.0.1:${governance}/governance/graphql`,
  };
  const ports = { memory, governance, worker, gateway };
  const roles = Object.entries(ports).map(([role, port]) => ({ role, env: { ROLES: role, PORT: String(port) } }));
  const clean = async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  return { mode: 'distributed', shared, roles, clean };
}

/**
 * Starts RAE with data of its own: distributed where DATABASE_URL and REDIS_URL are set, embedded otherwise.
 *
 * @param extra settings on top, such as RAE_ENV
 */
export async function startInstallation(extra: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const key = makeKey();
  const distributed = isDistributed();
  const { mode, shared, roles, clean } = await (distributed ? planDistributed(key) : planEmbedded(key));
  const env = { ...shared, ...extra };
  const processes = new Map<string, ServerProcess>();
  const start = async (role: string) => {
    const own = roles.find((candidate) => candidate.role === role)?.env ?? {};
    processes.set(role, await startServerProcess({ ...env, ...own }));
  };
  const stop = async () => {
    await Promise.all([...processes.values()].map((one) => one.stop()));
    await clean();
  };
  const started = await Promise.allSettled(roles.map(({ role }) => start(role)));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const front = processes.get(distributed ? 'gateway' : 'all');
  return {
    mode,
    url: front?.url ?? '',
    key,
    env,
    processes,
    async crash(role) {
      await processes.get(distributed ? role : 'all')?.kill();
      await start(distributed ? role : 'all');
    },
    async restart(role) {
      await processes.get(distributed ? role : 'all')?.stop();
      await start(distributed ? role : 'all');
    },
    log: () => [...processes.values()].map((one) => one.log()).join(''),
    stop,
  };
}
