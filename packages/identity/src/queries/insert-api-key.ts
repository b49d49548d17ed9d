import type { Transaction } from '@rae/kernel';
import type { ApiKey } from './find-api-keys.ts';

const INSERT = {
  name: 'api_key_insert',
  text: `insert into platform.api_keys
      (id, tenant_id, name, prefix, hash, project_id, agent_id, user_id, roles, created_at, created_by, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
};

export async function insertApiKey(tx: Transaction, key: ApiKey, hash: Buffer): Promise<void> {
  const { id, tenantId, name, prefix, projectId, agentId, userId, roles, createdAt, createdBy, expiresAt } = key;
  const binding = [projectId, agentId, userId];
  await tx.query(INSERT, [id, tenantId, name, prefix, hash, ...binding, roles, createdAt, createdBy, expiresAt]);
}
