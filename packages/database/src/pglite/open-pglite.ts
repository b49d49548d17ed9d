import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PlatformError } from '@rae/kernel';
import { lockFolder } from './folder-lock.ts';
import { PortStream } from './port-stream.ts';

export interface EmbeddedServer {
  /** Names this very database: a restored copy in another folder has another one. */
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

/**
 * Opens the embedded database in `folder` (made when missing) in a thread of its own, for this process alone.
 *
 * @throws CONFLICT when another process has the folder; DEPENDENCY_UNAVAILABLE when what lies there cannot be opened
 */
export async function openPglite(folder: string, onCrash: (error: Error) => void): Promise<EmbeddedServer> {
  const unlock = lockFolder(folder);
  const data = join(folder, 'postgres');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { folder: data }, execArgv: [] });
  try {
    await firstMessage(worker);
  } catch (cause) {
    unlock();
    const message = `The data folder ${folder} could not be opened as a database; restore it from a backup, or set RAE_DATA_DIR to an empty folder.`;
    throw new PlatformError('DEPENDENCY_UNAVAILABLE', message, { setting: 'RAE_DATA_DIR' }, { cause });
  }
  worker.on('error', onCrash);
  return {
    systemId: readSystemId(folder),
    connect: () => new PortStream(worker),
    close: async () => {
      const closed = firstMessage(worker);
      worker.postMessage({ close: true });
      await closed;
      await worker.terminate();
      unlock();
    },
  };
}
