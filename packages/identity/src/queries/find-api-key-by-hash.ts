import type { Transaction } from '@rae/kernel';
import { API_KEY_COLUMNS, type ApiKey } from './find-api-keys.ts';

const FIND = {
  name: 'api_key_by_hash',
  text: `select ${API_KEY_COLUMNS} from platform.api_keys where hash = $1`,
};

/** The key of a secret, revoked and expired ones as well, of any tenant: for rae_worker. Null when there is none. */
export async function findApiKeyByHash(tx: Transaction, hash: Buffer): Promise<ApiKey | null> {
  const [key] = await tx.query<ApiKey>(FIND, [hash]);
  return key ?? null;
}
