import { migrate, openDatabase } from '@rae/database';
import { isPlatformError } from '@rae/kernel';
import { migrations } from '@rae/migrations';
import { createLogger } from '@rae/telemetry';
import { readConfig } from '../config.ts';

/** Brings the database of DATABASE_URL (or of the data folder) up to date and prints what ran. Safe to repeat, and to run twice at once. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  const database = await openDatabase({
    url: config.databaseUrl,
    dataFolder: config.dataFolder,
    poolSize: 2,
    entities: [],
    logger,
  });
  try {
    const done = await migrate(database, migrations);
    console.log(done.length > 0 ? done.map((name) => `migrated ${name}`).join('\n') : 'The database is up to date.');
  } finally {
    await database.close();
  }
}

await main().catch((error: unknown) => {
  console.error(isPlatformError(error) ? error.message : error);
  process.exitCode = 1;
});
