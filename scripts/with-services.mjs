// Runs a command with PostgreSQL 17 (with pgvector) and Redis beside it, new and empty, on free ports of the loopback
// interface, and stops both when the command ends. Exits as the command does.
//
//   node scripts/with-services.mjs [--fsync] -- <command...>
//
// The command finds in its environment
//   DATABASE_URL          database `rae` of a role that is no superuser; extension vector is there already
//   DATABASE_ADMIN_URL    the same cluster as its superuser
//   DATABASE_RESTORE_URL  a second, empty cluster as its superuser, to restore a dump into
//   PG_BIN                folder of pg_dump, pg_restore, psql
//   REDIS_URL
//
// --fsync makes commits durable, for measurements and for tests that stop the database; without it tests are faster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createPlatformDatabase, installPostgres, POSTGRES_CLIENTS, startPostgres } from './services/postgres.mjs';
import { installRedis, startRedis } from './services/redis.mjs';

/** Hears signals from the start, so that nothing is left behind; the command gets those that this process gets. */
function listenForSignals() {
  const heard = { signal: null, command: null };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      heard.signal = signal;
      // A terminal's Ctrl-C reaches the command by itself.
      if (signal !== 'SIGINT') heard.command?.kill(signal);
    });
  return heard;
}

const exitCode = (code, signal) => code ?? 128 + constants.signals[signal];

async function runCommand([program, ...args], env, heard) {
  if (heard.signal) return exitCode(null, heard.signal);
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  heard.command = child;
  try {
    return exitCode(...(await once(child, 'exit')));
  } catch (error) {
    console.error(`${program} cannot be run: ${error.message}`);
    return 127;
  }
}

async function environment([postgres, spare, redis]) {
  return {
    DATABASE_URL: await createPlatformDatabase(postgres),
    DATABASE_ADMIN_URL: postgres.url,
    DATABASE_RESTORE_URL: spare.url,
    PG_BIN: POSTGRES_CLIENTS,
    REDIS_URL: redis.url,
  };
}

async function withServices({ fsync, command }) {
  const heard = listenForSignals();
  installPostgres();
  installRedis();
  const started = await Promise.allSettled([startPostgres({ fsync }), startPostgres({ fsync }), startRedis()]);
  const servers = started.flatMap(({ value }) => value ?? []);
  try {
    for (const { reason } of started) if (reason) throw reason;
    const code = await runCommand(command, await environment(servers), heard);
    const failures = servers.flatMap((server) => server.failure() ?? []);
    for (const failure of failures) console.error(failure);
    return failures.length ? code || 1 : code;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

const separator = process.argv.indexOf('--');
const command = separator < 0 ? [] : process.argv.slice(separator + 1);

if (command.length === 0) {
  console.error('usage: node scripts/with-services.mjs [--fsync] -- <command...>');
  process.exitCode = 2;
} else if (process.getuid?.() !== 0) {
  console.error(
    'This fetches PostgreSQL 17 and Redis by apt and so needs root on Debian: elsewhere start both yourself, set DATABASE_URL and REDIS_URL, and run the command alone.',
  );
  process.exitCode = 2;
} else {
  process.exitCode = await withServices({ fsync: process.argv.slice(2, separator).includes('--fsync'), command });
}
