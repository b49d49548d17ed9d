import type { Transaction } from '@rae/kernel';
import type { ReadWith } from './partition-reader.ts';

/** Days that are made ahead, and how few make readiness fail. */
export const DAYS_AHEAD = 7;
export const LEAST_DAYS_AHEAD = 2;

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
const addDays = (date: Date, days: number): Date => new Date(date.getTime() + days * 86_400_000);

/** Makes the days of the log from today on, so that no write ever meets a missing one. Safe to repeat. */
export async function makeLogDays(tx: Transaction): Promise<void> {
  await tx.query('select platform.make_event_days($1::date, $2)', [dayOf(tx.now), DAYS_AHEAD + 1]);
}

/** Drops days older than `keepDays`; cursors before them are CURSOR_EXPIRED from then on. */
export async function dropLogDays(tx: Transaction, keepDays: number): Promise<void> {
  await tx.query('select platform.drop_event_days($1::date)', [dayOf(addDays(tx.now, -keepDays))]);
}

/** How many whole days after today have a partition of their own. */
export async function countDaysAhead(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ ahead: number }>(
    `select count(*)::int as ahead from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'platform' and c.relname ~ '^events_[0-9]{8}$' and right(c.relname, 8) > to_char($1::date, 'YYYYMMDD')`,
    [dayOf(tx.now)],
  );
  return row?.ahead ?? 0;
}

/**
 * Tells the log which cluster it is in, and which of its histories. In another one than before (a restore), transaction ids
 * are given out again: the epoch rises, and what was written before is older than all that follows.
 *
 * @param transactAsOwner a transaction as rae_owner
 * @returns the epoch in force
 */
export async function settleEpoch(transactAsOwner: ReadWith, systemId: string): Promise<number> {
  return transactAsOwner(async (tx) => {
    const [log] = await tx.query<{ epoch: number; known: boolean }>(
      'select epoch, system_id = $1 as known from platform.event_log',
      [systemId],
    );
    if (log?.known) return log.epoch;
    // Who writes under the epoch before ends first: readers of the next one never look behind it again.
    await tx.query('lock table platform.events in share row exclusive mode');
    const [settled] = await tx.query<{ epoch: number }>(
      `update platform.event_log set epoch = epoch + (case when system_id in ('', $1) then 0 else 1 end), system_id = $1
        returning epoch`,
      [systemId],
    );
    if (!settled) throw new Error('the event log is not set up: platform.event_log has no row');
    return settled.epoch;
  });
}
