import { SYSTEM_CALLER } from '@rae/database';
import type { Caller, Transaction } from '@rae/kernel';
import { findOutcome } from '../queries/find-outcome.ts';
import type { CounterSpace, RedisCounters } from './redis-counters.ts';

/** The expiry of the reservation itself comes first, and so does a settlement that is just under way. */
const GRACE_MS = 10_000;
const AT_ONCE = 100;

type Ask = <T>(whose: { readonly caller: Caller }, work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** Ends in Redis what Postgres has ended, or never had: Redis was not told, or who was to tell it is gone. */
export async function sweepHolds(counters: RedisCounters, ask: Ask, of: CounterSpace, now: Date): Promise<void> {
  const due = await counters.findDue(of, new Date(now.getTime() - GRACE_MS), AT_ONCE);
  for (const { id, tenantId, windows } of due) {
    const outcome = await ask({ caller: { ...SYSTEM_CALLER, tenantId } }, (tx) => findOutcome(tx, id));
    if (outcome.heldUntil) await counters.moveLease(of, id, outcome.heldUntil);
    else await counters.end(of, id, windows, outcome.nano, outcome.tokens);
  }
}
