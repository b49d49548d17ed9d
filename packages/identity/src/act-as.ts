import { becomeTenant } from '@rae/database';
import type { Caller, Transaction } from '@rae/kernel';

/**
 * The rest of the transaction as `caller`: the rows of its tenant as rae_app, its name in events and audit lines. Whoever
 * acts for another tenant in the midst of its own work comes back the same way.
 */
export async function actAs(tx: Transaction, caller: Caller): Promise<Transaction> {
  await becomeTenant(tx, caller.tenantId);
  return { ...tx, caller };
}
