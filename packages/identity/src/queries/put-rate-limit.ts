import type { Transaction } from '@rae/kernel';
import type { RateLimitRule } from './find-rate-limits.ts';

const PUT = {
  name: 'rate_limit_put',
  text: `insert into platform.rate_limits (tenant_id, operation, calls, window_seconds) values ($1, $2, $3, $4)
    on conflict (tenant_id, operation) do update set calls = excluded.calls, window_seconds = excluded.window_seconds`,
};
const DROP = {
  name: 'rate_limit_drop',
  text: 'delete from platform.rate_limits where tenant_id = $1 and operation = $2',
};

/** Sets a tenant's own limit anew. */
export const putRateLimit = (tx: Transaction, { operation, limit, windowSeconds }: RateLimitRule) =>
  tx.query(PUT, [tx.caller.tenantId, operation, limit, windowSeconds]);

/** Takes a tenant's own limit away; nothing where there is none. */
export const dropRateLimit = (tx: Transaction, operation: string) => tx.query(DROP, [tx.caller.tenantId, operation]);
