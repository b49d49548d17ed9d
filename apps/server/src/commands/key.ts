import { makeKeyAnew } from '@rae/identity';
import { isPlatformError, PlatformError, systemClock } from '@rae/kernel';
import { createLogger } from '@rae/telemetry';
import { readConfig } from '../config.ts';
import { keyFile, writeKeyFile } from '../first-key.ts';
import { openPlatform } from '../platform.ts';
import { runCommand } from './run-command.ts';

const explainFolder = (error: unknown): never => {
  if (isPlatformError(error) && error.details.setting === 'RAE_DATA_DIR')
    throw new PlatformError(
      'CONFLICT',
      `${error.message} While the server runs, it makes keys itself: mutation createApiKey.`,
      error.details,
      { cause: error },
    );
  throw error;
};

/** Makes another first key, for whoever has lost theirs and holds the database. The others stay in force. */
async function makeKey(): Promise<void> {
  const config = readConfig();
  const platform = await openPlatform(config, createLogger('warn'), systemClock).catch(explainFolder);
  try {
    const { secret } = await makeKeyAnew(platform.transact);
    const kept = config.databaseUrl === null ? `kept in ${keyFile(config)}` : 'kept nowhere';
    if (config.databaseUrl === null) writeKeyFile(config, secret);
    console.log(`Key  ${secret}\n     tenant default, roles ADMIN and PLATFORM; shown once, ${kept}`);
    console.log('     Older keys stay in force: revokeApiKey ends one.');
  } finally {
    await platform.close();
  }
}

await runCommand('npm run key', makeKey);
