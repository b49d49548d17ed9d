import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { types } from 'node:util';
import { PlatformError } from '@rae/kernel';

/** SQLITE_BUSY (sqlite.org/rescode.html): somebody else has the lock. */
const BUSY = 5;

function refuse(folder: string, cause: unknown): PlatformError {
  const details = { setting: 'RAE_DATA_DIR', retryable: false };
  if (types.isNativeError(cause) && 'errcode' in cause && cause.errcode === BUSY)
    return new PlatformError(
      'CONFLICT',
      `The data folder ${folder} is in use by another process; stop that one, or set RAE_DATA_DIR to another folder.`,
      details,
      { cause },
    );
  const reason = types.isNativeError(cause) ? cause.message : String(cause);
  return new PlatformError(
    'DEPENDENCY_UNAVAILABLE',
    `The data folder ${folder} cannot be used (${reason}); set RAE_DATA_DIR to a folder that this process may write.`,
    details,
    { cause },
  );
}

/**
 * Keeps a data folder for one process. PGlite takes no lock of its own, and a second opener loses rows in silence.
 * The lock is SQLite's exclusive lock on `lock.sqlite`: the operating system frees it when the process ends, however it
 * ends, so there is nothing stale to clean up. It does not hold across machines that share a network folder, nor once this
 * process has opened and closed the file in another way (POSIX frees a process' locks then).
 *
 * @returns how to free the folder
 * @throws CONFLICT when another process has the folder; DEPENDENCY_UNAVAILABLE when it cannot be written
 */
export function lockFolder(folder: string): () => void {
  let lock: DatabaseSync | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (cause) {
    lock?.close();
    throw refuse(folder, cause);
  }
  const held = lock;
  return () => held.close();
}
