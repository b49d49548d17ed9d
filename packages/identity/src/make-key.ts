import { appendAudit } from '@rae/audit';
import { recordEvent } from '@rae/events';
import { type Role, type Transaction, uuidv7 } from '@rae/kernel';
import type { Binding } from './binding.ts';
import { hashSecret, makeSecret, prefixOf } from './key-secret.ts';
import type { ApiKey } from './queries/find-api-keys.ts';
import { insertApiKey } from './queries/insert-api-key.ts';

export interface KeyWanted extends Binding {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Null: it does not expire. */
  readonly expiresAt: Date | null;
}

export interface MadeKey {
  readonly apiKey: ApiKey;
  /** The key itself. Kept nowhere: it is shown to whoever asked, and never again. */
  readonly secret: string;
}

export const UNBOUND: Binding = { projectId: null, agentId: null, userId: null };

/** Makes a key of `tx.caller`'s tenant, with its event and its audit line. Whether the caller may is decided before. */
export async function makeKey(tx: Transaction, wanted: KeyWanted, secret = makeSecret()): Promise<MadeKey> {
  const { name, roles, projectId, agentId, userId, expiresAt } = wanted;
  const { tenantId, actor } = tx.caller;
  const made = { createdAt: tx.now, createdBy: actor, lastUsedAt: null, revokedAt: null };
  const id = uuidv7(tx.now.getTime());
  const apiKey: ApiKey = { ...wanted, ...made, id, tenantId, prefix: prefixOf(secret) };
  await insertApiKey(tx, apiKey, hashSecret(secret));
  const said = { name, roles: [...roles], projectId, agentId, userId, expiresAt: expiresAt?.toISOString() ?? null };
  await recordEvent(tx, { type: 'key.created', projectId, subject: id, payload: { apiKeyId: id, ...said } });
  appendAudit(tx, { action: 'createApiKey', subject: `apiKey:${id}`, detail: said });
  return { apiKey, secret };
}
