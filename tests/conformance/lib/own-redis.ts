import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis that a test starts and kills as it likes, always at the same address, and that keeps nothing. */
export interface OwnRedis {
  readonly url: string;
  start(): Promise<void>;
  /** By SIGKILL; nothing when it does not run. */
  kill(): Promise<void>;
  /** The same, and its folder is gone. */
  drop(): Promise<void>;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

export async function createOwnRedis(): Promise<OwnRedis> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'rae-redis-'));
  let running: ChildProcess | null = null;
  const kill = async () => {
    if (!running) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    running = null;
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
      const redis = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
      running = redis;
      let said = '';
      for await (const chunk of redis.stdout) {
        said += chunk;
        if (said.includes('Ready to accept connections')) break;
      }
    },
    kill,
    async drop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
