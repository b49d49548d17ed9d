import type { Transaction } from '@rae/kernel';
import { BUDGET_SQL, type Budget, type BudgetColumns, toBudget } from '../queries/find-budgets.ts';

const HOLDING = {
  name: 'budgets_holding',
  text: `${BUDGET_SQL} and g.id in (select unnest(r.budget_ids) from platform.reservations r where r.tenant_id = $1 and r.id = $3)
    order by g.created_at, g.id`,
};

/** The budgets that hold or paid a reservation, as they stand now; those deleted since are not among them. */
export async function findHoldingBudgets(tx: Transaction, reservationId: string): Promise<Budget[]> {
  const rows = await tx.query<BudgetColumns>(HOLDING, [tx.caller.tenantId, tx.now, reservationId]);
  return rows.map(toBudget);
}
