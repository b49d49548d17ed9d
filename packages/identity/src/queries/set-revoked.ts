import type { Transaction } from '@rae/kernel';

const REVOKE = { name: 'api_key_revoke', text: 'update platform.api_keys set revoked_at = $2 where id = $1' };

export async function setRevoked(tx: Transaction, id: string, revokedAt: Date): Promise<void> {
  await tx.query(REVOKE, [id, revokedAt]);
}
