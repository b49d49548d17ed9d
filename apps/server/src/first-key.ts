import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FirstTenant } from '@rae/identity';
import type { Config } from './config.ts';

/** Where the first key lies on an embedded installation: beside the data folder, readable by its owner alone. */
export const keyFile = ({ dataFolder }: Config): string => join(dirname(dataFolder), 'key');

/** Keeps a key where the commands look for it. */
export function writeKeyFile(config: Config, secret: string): void {
  mkdirSync(dirname(keyFile(config)), { recursive: true, mode: 0o700 });
  writeFileSync(keyFile(config), `${secret}\n`, { mode: 0o600 });
}

/** What a start says of the key: shown once when it was made, and where it is from then on. */
export function describeKey(config: Config, { secret }: FirstTenant): string {
  const file = keyFile(config);
  if (secret === null) return `Key       in ${file} if it was made here; \`npm run key\` makes a new one`;
  if (config.adminKey !== null) return 'Key       the one in RAE_ADMIN_KEY (tenant default, roles ADMIN and PLATFORM)';
  return `Key       ${secret}\n          tenant default, roles ADMIN and PLATFORM; shown once, kept in ${file}`;
}
