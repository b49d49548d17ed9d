import type { Role, Transaction } from '@rae/kernel';

/** A key as it may be shown: without its secret, of which only the hash is kept. Bindings are null where it has none. */
export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly prefix: string;
  readonly projectId: string | null;
  readonly agentId: string | null;
  readonly userId: string | null;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export const API_KEY_COLUMNS = `id, tenant_id as "tenantId", name, prefix, project_id as "projectId", agent_id as "agentId",
  user_id as "userId", roles, created_at as "createdAt", created_by as "createdBy", last_used_at as "lastUsedAt",
  expires_at as "expiresAt", revoked_at as "revokedAt"`;

const FIND = {
  name: 'api_keys_find',
  text: `select ${API_KEY_COLUMNS} from platform.api_keys where id = any($1::uuid[])`,
};

/** Those of `ids` that are the tenant's, in no order. */
export const findApiKeys = (tx: Transaction, ids: readonly string[]): Promise<ApiKey[]> => tx.query(FIND, [ids]);
