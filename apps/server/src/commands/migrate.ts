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
    const place = databaseUrl === null ? `The embedded database in ${dataFolder}` : 'The database of DATABASE_URL';
    for (const name of ran) console.log(`ran ${name}`);
    console.log(`${place} has all ${migrations.length} migrations; ${ran.length || 'none'} of them ran just now.`);
  } finally {
    await database.close();
  }
}

await runCommand('npm run migrate', migrateDatabase);
