import type { Transaction } from '@rae/kernel';
import type { ReserveAnswer, ReserveAsk } from './reserve.ts';

/** What Redis has decided under `epoch`, in the windows side by side. */
export interface AdmittedAsk extends ReserveAsk {
  readonly budget_ids: readonly string[];
  readonly window_starts: readonly Date[];
}

const ADMIT = { name: 'metering_admit', text: 'select platform.admit_all($1) as answers' };

/**
 * Makes admissions of Redis durable, of one tenant and answered in their order: HELD, unless another side admits by now (MODE)
 * or it was priced by old prices (STALE). One statement.
 */
export async function admitAll(tx: Transaction, asks: readonly AdmittedAsk[]): Promise<readonly ReserveAnswer[]> {
  const [row] = await tx.query<{ answers: readonly ReserveAnswer[] }>(ADMIT, [JSON.stringify(asks)]);
  if (!row) throw new Error('platform.admit_all gave no answers');
  return row.answers;
}
