import type { Transaction } from '@rae/kernel';

export type ReleaseAnswer = 'RELEASED' | 'SETTLED' | 'EXPIRED' | 'NOT_FOUND';

const RELEASE = { name: 'metering_release', text: 'select platform.release($1, $2, $3, $4) as status' };

/** Gives back what a call that was never made held; one statement. */
export async function release(tx: Transaction, id: string): Promise<ReleaseAnswer> {
  const [row] = await tx.query<{ status: ReleaseAnswer }>(RELEASE, [
    tx.caller.tenantId,
    tx.caller.projectId,
    id,
    tx.now,
  ]);
  if (!row) throw new Error('platform.release gave no answer');
  return row.status;
}
