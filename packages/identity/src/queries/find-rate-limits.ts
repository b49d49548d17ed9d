import type { Transaction } from '@rae/kernel';

/** At most `limit` calls of a root field by one credential in any `windowSeconds`. */
export interface RateLimitRule {
  readonly operation: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

const FIND = {
  name: 'rate_limits_find',
  text: `select operation, calls as limit, window_seconds as "windowSeconds" from platform.rate_limits
    where tenant_id = $1 order by operation`,
};

/** The limits that the tenant has set itself. */
export const findRateLimits = (tx: Transaction, tenantId: string): Promise<RateLimitRule[]> =>
  tx.query(FIND, [tenantId]);
