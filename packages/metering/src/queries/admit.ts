import type { Transaction } from '@rae/kernel';
import type { ReserveAnswer, ReserveAsk } from './reserve.ts';

/** What Redis has decided under `epoch`, in the windows side by side. */
export interface AdmittedAsk extends ReserveAsk {
  readonly budget_ids: readonly string[];
  readonly window_starts: readonly Date[];
}

const ADMIT = { name: 'metering_admit', text: 'select platform.admit($1) as answer' };

/** Makes an admission of Redis durable: HELD, unless another side admits by now (MODE) or it was priced by old prices (STALE). */
export async function admit(tx: Transaction, ask: AdmittedAsk): Promise<ReserveAnswer> {
  const [row] = await tx.query<{ answer: ReserveAnswer }>(ADMIT, [JSON.stringify(ask)]);
  if (!row) throw new Error('platform.admit gave no answer');
  return row.answer;
}
