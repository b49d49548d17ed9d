import type { Transaction } from '@rae/kernel';
import type { Price } from '../prices/price.ts';
import type { Usage } from '../usage.ts';
import { aboutCall } from './about.ts';
import type { BookedLine } from './booked.ts';

/** A call with all that was booked on it so far. Nano-dollars as text; null: it has no price yet. */
export interface BookedCall extends Usage {
  readonly number: number;
  readonly id: string;
  readonly occurredAt: Date;
  readonly costNano: string | null;
}

export interface ModelSince {
  readonly provider: string;
  readonly model: string;
  readonly since: Date;
}

const LIST = {
  name: 'ledger_booked_calls',
  text: `select number::float8 as number, id, occurred_at as "occurredAt", cost_nano::text as "costNano", input_tokens::float8 as "inputTokens",
      output_tokens::float8 as "outputTokens", cached_input_tokens::float8 as "cachedInputTokens", cache_write_tokens::float8 as "cacheWriteTokens",
      reasoning_tokens::float8 as "reasoningTokens" from platform.booked_calls($1, $2, $3, $4, $5, $6)`,
};

/** At most `most` calls of a model since an instant, behind the line `after`, in the order of the ledger. */
export const listBookedCalls = (
  tx: Transaction,
  { provider, model, since }: ModelSince,
  after: number,
  most: number,
): Promise<BookedCall[]> => tx.query(LIST, [tx.caller.tenantId, provider, model, since, after, most]);

export interface Adjustment {
  readonly id: string;
  readonly adjusts: string;
  /** What was booked on the call so far; null: it has no price yet. */
  readonly bookedNano: string | null;
  /** The difference. */
  readonly costNano: string;
  readonly price: Price;
  readonly traceId: string | null;
}

const ADJUST = { name: 'ledger_adjust_all', text: 'select platform.adjust_all($1) as lines' };

/** Writes the ADJUSTMENTs, in this order, and books them; null: somebody else has adjusted that call meanwhile. One statement. */
export async function adjustAll(tx: Transaction, adjustments: readonly Adjustment[]): Promise<(BookedLine | null)[]> {
  const ask = { adjustments, tenantId: tx.caller.tenantId, at: tx.now, about: aboutCall(tx) };
  const [row] = await tx.query<{ lines: (BookedLine | null)[] }>(ADJUST, [JSON.stringify(ask)]);
  if (!row) throw new Error('platform.adjust_all gave no lines');
  return row.lines;
}
