import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, startServer } from './start-server.mjs';

function isInstalled() {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Installs Debian's redis-server where there is none. */
export function installRedis() {
  if (isInstalled()) return;
  console.error('installing redis-server …');
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  execFileSync('apt-get', ['-qq', 'update'], options);
  execFileSync('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', 'redis-server'], options);
}

const answersPing = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });

/** Starts an empty Redis on a free port of the loopback interface, which keeps nothing on disk. */
export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'rae-redis-'));
  const port = await findFreePort();
  const options = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder };
  const server = await startServer({
    name: 'Redis',
    command: ['redis-server', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])],
    folder,
    stopSignal: 'TERM',
    isReady: () => answersPing(port),
  });
  return { ...server, url: `redis://127.0.0.1:${port}` };
}
