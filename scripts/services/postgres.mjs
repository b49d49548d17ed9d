import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFreePort, startServer } from './start-server.mjs';

const ROOT = fileURLToPath(new URL('../../.cache/pg17', import.meta.url));
const INSTALL = fileURLToPath(new URL('install-postgres.sh', import.meta.url));
const USER = 5432;

/** Folder of pg_dump, psql and the like. */
export const POSTGRES_CLIENTS = join(ROOT, 'clients');

const inRoot = (program, ...args) => [
  'chroot',
  `--userspec=${USER}:${USER}`,
  ROOT,
  `/usr/lib/postgresql/17/bin/${program}`,
  ...args,
];

const run = ([program, ...args]) => promisify(execFile)(program, args);

/** Fetches PostgreSQL 17 with pgvector where it is not there yet: 45 MB of packages. */
export function installPostgres() {
  if (existsSync(ROOT)) return;
  console.error('fetching PostgreSQL 17 with pgvector …');
  execFileSync('bash', [INSTALL, ROOT], { stdio: ['ignore', 'inherit', 'inherit'] });
}

const settings = (port, fsync) =>
  [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'idle_in_transaction_session_timeout=30s',
    'dynamic_shared_memory_type=mmap', // the folder that it runs in has no /dev/shm
    `fsync=${fsync ? 'on' : 'off'}`,
    'jit=off',
  ].flatMap((setting) => ['-c', setting]);

/**
 * Starts a new, empty cluster on a free port of the loopback interface; its superuser is `postgres`.
 *
 * @param {{ fsync: boolean }} options without fsync a crash of the machine may lose what was committed
 */
export async function startPostgres({ fsync }) {
  const folder = mkdtempSync(join(ROOT, 'clusters/'));
  chownSync(folder, USER, USER);
  const data = `/clusters/${basename(folder)}`;
  await run(
    inRoot('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--locale=C.UTF-8', '-E', 'UTF8', '--no-sync'),
  );

  const port = await findFreePort();
  const isReady = () =>
    run(inRoot('pg_isready', '-q', '-h', '127.0.0.1', '-p', String(port))).then(
      () => true,
      () => false,
    );
  const server = await startServer({
    name: 'PostgreSQL',
    command: inRoot('postgres', '-D', data, ...settings(port, fsync)),
    folder,
    stopSignal: 'INT',
    isReady,
  });
  return { ...server, port, url: `postgres://postgres@127.0.0.1:${port}/postgres` };
}

/**
 * Makes the database that the platform is given: `rae`, owned by a login role `rae` that may make roles and is no
 * superuser, since row-level security does not hold for superusers. The extension is made here because pgvector is not
 * marked as trusted: only a superuser may.
 *
 * @returns {Promise<string>} its URL
 */
export async function createPlatformDatabase({ port, url }) {
  const execute = (database, ...statements) =>
    run(
      inRoot(
        'psql',
        '-v',
        'ON_ERROR_STOP=1',
        '-q',
        ...statements.flatMap((sql) => ['-c', sql]),
        new URL(database, url).href,
      ),
    );
  await execute('/postgres', 'create role rae login createrole', 'create database rae owner rae');
  await execute('/rae', 'create extension vector');
  return `postgres://rae@127.0.0.1:${port}/rae`;
}
