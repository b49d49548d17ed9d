import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '@rae/kernel';

/**
 * Keeps a data folder for one process. PGlite takes no lock of its own, and a second opener loses rows in silence.
 * The lock is SQLite's exclusive lock on `lock.sqlite`: the operating system frees it when the process ends, however it
 * ends, so there is nothing stale to clean up. It does not hold across machines that share a network folder.
 *
 * @returns how to free the folder
 * @throws CONFLICT when another process has the folder
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch {
    lock.close();
    throw new PlatformError(
      'CONFLICT',
      `The data folder ${folder} is in use by another process; stop that one, or set RAE_DATA_DIR to another folder.`,
      { setting: 'RAE_DATA_DIR', retryable: false },
    );
  }
  return () => lock.close();
}
