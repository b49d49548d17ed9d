import { appendAudit } from '@rae/audit';
import { recordEvent } from '@rae/events';
import { isUuid, notFound, type Transaction } from '@rae/kernel';
import { type Budget, findBudgets } from '../queries/find-budgets.ts';
import { removeBudget } from '../queries/write-budget.ts';
import { eventProjectOf, toFigures } from './set-budget.ts';

/**
 * Ends a budget with its windows; calls in flight are settled without it. The ledger stays as it is.
 *
 * @returns the budget as it was
 * @throws NOT_FOUND
 */
export async function deleteBudget(tx: Transaction, id: string): Promise<Budget> {
  const [budget] = isUuid(id) ? await findBudgets(tx, [id]) : [];
  if (!budget || !(await removeBudget(tx, id))) throw notFound('budget', id);
  const projectId = eventProjectOf(budget);
  const payload = { ...toFigures(budget), limitUsd: null, limitTokens: null, deleted: true, projectId };
  await recordEvent(tx, { type: 'budget.limit_changed', projectId, subject: id, payload });
  const { scope, scopeId, window } = budget;
  appendAudit(tx, { action: 'deleteBudget', subject: `budget:${id}`, detail: { scope, scopeId, window } });
  return budget;
}
