import type { Transaction } from '@rae/kernel';

/** What a tenant or a project spent today and in this month, in UTC; amounts in nano-USD. Calls of models in this process count in cacheHitRate and tokens nowhere. */
export interface SpendStats {
  readonly nanoToday: bigint;
  readonly nanoThisMonth: bigint;
  readonly tokensToday: number;
  readonly tokensThisMonth: number;
  readonly callsToday: number;
  readonly unpricedToday: number;
  readonly savedNanoThisMonth: bigint;
}
