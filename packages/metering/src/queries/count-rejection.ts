import type { Transaction } from '@rae/kernel';

const COUNT = {
  name: 'budget_rejection',
  text: `update platform.budget_windows set rejections = rejections + 1 where tenant_id = $1 and budget_id = $2 and starts_at = $3`,
};

/** One call more that this window refused. */
export async function countRejection(tx: Transaction, budgetId: string, startsAt: string): Promise<void> {
  await tx.query(COUNT, [tx.caller.tenantId, budgetId, startsAt]);
}
