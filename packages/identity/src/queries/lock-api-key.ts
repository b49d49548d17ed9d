import type { Transaction } from '@rae/kernel';
import { API_KEY_COLUMNS, type ApiKey } from './find-api-keys.ts';

const LOCK = {
  name: 'api_key_lock',
  text: `select ${API_KEY_COLUMNS} from platform.api_keys where id = $1 for update`,
};

/** The tenant's key, as it is until this transaction ends; null when there is none. */
export async function lockApiKey(tx: Transaction, id: string): Promise<ApiKey | null> {
  const [key] = await tx.query<ApiKey>(LOCK, [id]);
  return key ?? null;
}
