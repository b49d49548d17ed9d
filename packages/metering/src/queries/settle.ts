import type { JsonValue, Transaction } from '@rae/kernel';
import { aboutCall } from './about.ts';
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

/** BOOKED: in these windows, as counters are named. GONE: there was nothing to expire. REPEATED: settled before with the same usage; OTHER: with another. */
export type SettleAnswer =
  | ({ readonly outcome: 'BOOKED'; readonly windows: readonly string[] } & BookedLine)
  | { readonly outcome: 'NOT_FOUND' | 'GONE' | 'RELEASED' }
  | { readonly outcome: 'REPEATED' | 'OTHER'; readonly ledgerId: string };

export interface SettleAsk {
  readonly id: string;
  /** What two settlements of one reservation must agree on. */
  readonly usage: JsonValue;
  readonly line: LineUse;
  /** Books the held input instead, where the lease has passed. */
  readonly expire: boolean;
}

const SETTLE = { name: 'metering_settle', text: 'select platform.settle($1) as answer' };

/** Turns a hold into its ledger line, once; one statement. */
export async function settle(tx: Transaction, ask: SettleAsk): Promise<SettleAnswer> {
  const full = {
    ...ask,
    tenantId: tx.caller.tenantId,
    projectId: tx.caller.projectId,
    at: tx.now,
    about: aboutCall(tx),
  };
  const [row] = await tx.query<{ answer: SettleAnswer }>(SETTLE, [JSON.stringify(full)]);
  if (!row) throw new Error('platform.settle gave no answer');
  return row.answer;
}
