import { cpSync, existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase } from '@rae/database';
import { migrations } from '@rae/migrations';
import { silentLogger } from './logger.ts';

const NAME = 'RAE_TEST_MIGRATED';

/** Jest's globalSetup of all that opens databases: where the first who needs a migrated one leaves it for the others. */
export async function startMigratedFolder(): Promise<void> {
  process.env[NAME] ??= await mkdtemp(join(tmpdir(), 'rae-migrated-'));
}

export async function stopMigratedFolder(): Promise<void> {
  const folder = process.env[NAME];
  if (folder) await rm(folder, { recursive: true, force: true });
}

/** Two that make it at once both do: the first to be ready leaves it, and nobody waits for another process. */
async function makeMigrated(folder: string): Promise<void> {
  const own = await mkdtemp(join(folder, 'making-'));
  const database = await openDatabase({ url: null, dataFolder: own, poolSize: 1, entities: [], logger: silentLogger });
  await migrate(database, migrations);
  await database.close();
  await rename(join(own, 'postgres'), join(folder, 'postgres')).catch((error: unknown) => {
    if (!existsSync(join(folder, 'postgres'))) throw error;
  });
  await rm(own, { recursive: true, force: true });
}

/**
 * Puts an embedded database that has all migrations, and nothing else, into a data folder that holds none: a copy of the one
 * that is made once a run. The copy gets an id of its own at its first start. Does nothing outside of Jest.
 */
export async function fillDataFolder(dataFolder: string): Promise<void> {
  const folder = process.env[NAME];
  if (!folder) return;
  const made = join(folder, 'postgres');
  if (!existsSync(made)) await makeMigrated(folder);
  cpSync(made, join(dataFolder, 'postgres'), { recursive: true }); // half of the CPU that `cp` takes for 1 300 files
}
