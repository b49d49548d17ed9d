import type { Transaction } from '@rae/kernel';

/** FREED: this did it. The windows are those it was held in, as counters are named. */
export type ReleaseAnswer =
  | { readonly status: 'FREED'; readonly windows: readonly string[] }
  | { readonly status: 'RELEASED' | 'SETTLED' | 'EXPIRED' | 'NOT_FOUND' };

const RELEASE = { name: 'metering_release', text: 'select platform.release($1, $2, $3, $4) as answer' };

/** Gives back what a call that was never made held; one statement. */
export async function release(tx: Transaction, id: string): Promise<ReleaseAnswer> {
  const [row] = await tx.query<{ answer: ReleaseAnswer }>(RELEASE, [
    tx.caller.tenantId,
    tx.caller.projectId,
    id,
    tx.now,
  ]);
  if (!row) throw new Error('platform.release gave no answer');
  return row.answer;
}
