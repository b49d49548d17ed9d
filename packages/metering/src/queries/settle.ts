import type { JsonValue, Transaction } from '@rae/kernel';
import { type About, wakeForCosts } from './about.ts';
import type { BookedLine } from './booked.ts';

/** What a call used, in the database's names; money in nano-dollars as text. */
export interface LineUse {
  readonly id: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_tokens: number;
  readonly reasoning_tokens: number;
  /** Null: nobody knows the price. */
  readonly cost_nano: string | null;
  readonly saved_nano: string;
  readonly cache_hit: boolean;
  readonly estimated: boolean;
  readonly latency_ms: string | null;
  readonly ttft_ms: string | null;
  readonly trace_id: string | null;
  readonly tags: readonly string[];
  readonly metadata: JsonValue;
}

/** BOOKED: in these windows, as counters are named, where Redis counts. GONE: there was nothing to expire. REPEATED: settled before with the same usage; OTHER: with another. */
export type SettleAnswer =
  | ({ readonly outcome: 'BOOKED'; readonly windows: readonly string[] } & BookedLine)
  | { readonly outcome: 'NOT_FOUND' | 'GONE' | 'RELEASED' }
  | { readonly outcome: 'REPEATED' | 'OTHER'; readonly ledgerId: string };

export interface SettleAsk {
  readonly id: string;
  /** The one that the caller is bound to; null: any. */
  readonly projectId: string | null;
  /** What two settlements of one reservation must agree on. */
  readonly usage: JsonValue;
  readonly line: LineUse;
  /** Books the held input instead, where the lease has passed. */
  readonly expire: boolean;
  readonly about: About;
}

const SETTLE = { name: 'metering_settle', text: 'select platform.settle_all($1) as answers' };

/** Turns holds of one tenant into their ledger lines, each once, answered in their order; one statement. */
export async function settleAll(tx: Transaction, settlements: readonly SettleAsk[]): Promise<readonly SettleAnswer[]> {
  wakeForCosts(tx);
  const ask = { tenantId: tx.caller.tenantId, at: tx.now, settlements };
  const [row] = await tx.query<{ answers: readonly SettleAnswer[] }>(SETTLE, [JSON.stringify(ask)]);
  if (!row) throw new Error('platform.settle_all gave no answers');
  return row.answers;
}
