import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('guard.sh', import.meta.url));
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;
const LOG_LINES_KEPT = 40;

/** A port of the loopback interface that is free now. */
export async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function keepLastLines(...streams) {
  let text = '';
  for (const stream of streams)
    stream.setEncoding('utf8').on('data', (part) => {
      text = (text + part).split('\n').slice(-LOG_LINES_KEPT).join('\n');
    });
  return () => text;
}

/**
 * Starts a server and waits until it answers. It runs under guard.sh, which stops it and removes its folder when `stop`
 * is called or this process is gone.
 *
 * @param {{ name: string, command: string[], folder: string, stopSignal: string, isReady: () => Promise<boolean> }} server
 * @returns {Promise<{ stop(): Promise<void>, failure(): string | null }>} failure says that and why it ended by itself
 * @throws if it ends or stays silent, with the last lines that it wrote
 */
export async function startServer({ name, command, folder, stopSignal, isReady }) {
  // In a group of its own: Ctrl-C reaches the tests alone, and they still find their servers while they end.
  const guard = spawn('sh', [GUARD, stopSignal, folder, ...command], { detached: true });
  const lastLines = keepLastLines(guard.stdout, guard.stderr);
  const ended = once(guard, 'exit');
  const hasEnded = () => guard.exitCode !== null || guard.signalCode !== null;

  const stop = async () => {
    if (hasEnded()) return;
    const lastResort = setTimeout(() => process.kill(-guard.pid, 'SIGKILL'), STOP_WITHIN_MS);
    guard.stdin.end();
    await ended;
    clearTimeout(lastResort);
  };
  const failure = () => (hasEnded() ? `${name} ended by itself:\n${lastLines()}` : null);

  for (const deadline = Date.now() + READY_WITHIN_MS; !(await isReady()); await sleep(20)) {
    if (hasEnded()) throw new Error(failure());
    if (Date.now() < deadline) continue;
    await stop();
    throw new Error(`${name} does not answer:\n${lastLines()}`);
  }
  return { stop, failure };
}
