import { appendAudit } from '@rae/audit';
import { recordEvent } from '@rae/events';
import { type Context, notFound } from '@rae/kernel';
import { checkId, isWithin } from './binding.ts';
import type { ApiKey } from './queries/find-api-keys.ts';
import { lockApiKey } from './queries/lock-api-key.ts';
import { setRevoked } from './queries/set-revoked.ts';

/**
 * Ends a key for good: within a second it opens nothing anywhere, and what it has open is closed. Revoking a revoked key
 * changes nothing and records nothing; its revokedAt stays.
 *
 * @throws NOT_FOUND if the tenant has no such key, or the caller's own binding does not cover it
 */
export function revokeApiKey(ctx: Context, apiKeyId: string): Promise<ApiKey> {
  const id = checkId(apiKeyId, 'id');
  return ctx.transact(async (tx) => {
    const key = await lockApiKey(tx, id);
    if (!key || !isWithin(ctx.caller, key)) throw notFound('apiKey', apiKeyId);
    if (key.revokedAt) return key;
    const { name, projectId } = key;
    await setRevoked(tx, id, tx.now);
    await recordEvent(tx, { type: 'key.revoked', projectId, subject: id, payload: { apiKeyId: id, name, projectId } });
    appendAudit(tx, { action: 'revokeApiKey', subject: `apiKey:${id}`, detail: { name } });
    return { ...key, revokedAt: tx.now };
  });
}
