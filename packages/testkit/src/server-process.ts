import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const MAIN = new URL('../../../apps/server/src/main.ts', import.meta.url).pathname;
const OTEL = import.meta.resolve('@rae/telemetry/otel');
const START_MS = 60_000;

/** Those that `npm test` is run with: a server of a test ends before it is worth while to optimise its database. */
const WASM_FLAGS = process.execArgv.filter((flag) => flag.startsWith('--wasm-'));

export interface ServerProcess {
  readonly pid: number;
  /** What stands behind `Endpoint` or `at` in what the start printed. */
  readonly url: string;
  /** Log lines so far. */
  log(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing is finished or flushed. */
  kill(): Promise<void>;
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  child.kill(signal);
  return ended;
}

/** Starts the server's main program as a process of its own and waits until it is ready. Throws with its output when it ends first. */
export async function startServerProcess(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...WASM_FLAGS, '--import', OTEL, MAIN], {
    env: { PATH: process.env.PATH, RAE_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the server was not ready in ${START_MS} ms:\n${printed}${log}`)),
      START_MS,
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed += `${line}\n`;
      const found = /(?:Endpoint|RAE parts .* at) +(http\S+)/.exec(line)?.[1];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${printed}${log}`));
    });
  });
  return {
    pid: child.pid ?? 0,
    url,
    log: () => log,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
  };
}
