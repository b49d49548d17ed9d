import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PlatformError } from '@rae/kernel';
import { lockFolder } from './folder-lock.ts';
import { PortStream } from './port-stream.ts';

export interface EmbeddedServer {
  /** Names this very database: what was dumped from it and restored into another folder has another one. */
  readonly systemId: string;
  connect(): PortStream;
  close(): Promise<void>;
}

/** The folder's own id, made with it. PGlite's folders all come from one image and share Postgres' system identifier. */
function readSystemId(folder: string): string {
  const file = join(folder, 'system-id');
  if (!existsSync(file)) writeFileSync(file, randomUUID(), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** Resolves with the first message; rejects when the thread dies first. */
function firstMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the database thread ended')));
  });
}

/** A first start that was killed leaves half a database, which nobody ever used and which is made anew. */
async function startWorker(folder: string): Promise<Worker> {
  const data = join(folder, 'postgres');
  const unfinished = join(folder, 'unfinished');
  if (existsSync(unfinished)) rmSync(data, { recursive: true, force: true });
  if (!existsSync(data)) writeFileSync(unfinished, '');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { folder: data }, execArgv: [] });
  await firstMessage(worker);
  rmSync(unfinished, { force: true });
  return worker;
}

/**
 * Opens the embedded database in `folder` (made when missing) in a thread of its own, for this process alone.
 *
 * @param onCrash told when the thread ends by itself; every connection is refused from then on
 * @throws CONFLICT when another process has the folder; DEPENDENCY_UNAVAILABLE when it cannot be written, or what lies
 *   there cannot be opened
 */
export async function openPglite(folder: string, onCrash: (error: Error) => void): Promise<EmbeddedServer> {
  const unlock = lockFolder(folder);
  const worker = await startWorker(folder).catch((cause: unknown) => {
    unlock();
    const message = `The data folder ${folder} could not be opened as a database; restore it from a backup, or set RAE_DATA_DIR to an empty folder.`;
    throw new PlatformError('DEPENDENCY_UNAVAILABLE', message, { setting: 'RAE_DATA_DIR' }, { cause });
  });
  let reason = new Error('the database thread ended');
  let gone = false;
  let closing = false;
  worker.on('error', (error: Error) => {
    reason = error;
  });
  worker.once('exit', () => {
    gone = true;
    if (!closing) onCrash(reason);
  });
  return {
    systemId: readSystemId(folder),
    connect: () => new PortStream(gone ? null : worker),
    close: async () => {
      closing = true;
      if (!gone) {
        const closed = firstMessage(worker);
        worker.postMessage({ close: true });
        await closed;
        await worker.terminate();
      }
      unlock();
    },
  };
}
