import { migrate, openDatabase } from '@rae/database';
import { migrations } from '@rae/migrations';
import { createLogger } from '@rae/telemetry';
import { readConfig } from '../config.ts';
import { runCommand } from './run-command.ts';

/** Brings the database up to date; several at once take turns, and a second time there is nothing to do. */
async function migrateDatabase(): Promise<void> {
  const { databaseUrl, dataFolder } = readConfig();
  const logger = createLogger('warn');
  const database = await openDatabase({ url: databaseUrl, dataFolder, poolSize: 2, entities: [], logger });
  try {
    const ran = await migrate(database, migrations);
    const place = databaseUrl === null ? `the embedded database in ${dataFolder}` : 'the database of DATABASE_URL';
    for (const name of ran) console.log(`ran ${name}`);
    console.log(`${ran.length} migrations ran; ${place} has all ${migrations.length}.`);
  } finally {
    await database.close();
  }
}

await runCommand('npm run migrate', migrateDatabase);
