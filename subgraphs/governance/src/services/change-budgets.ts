import { once } from '@rae/database';
import { type Context, isUuid, notFound, type Transaction } from '@rae/kernel';
import {
  type Budget,
  type BudgetInput,
  deleteBudget as end,
  findBudgets,
  isBudgetVisible,
  type RaiseInput,
  raiseBudget as raise,
  setBudget as set,
} from '@rae/metering';
import { checkBudgetScope } from './budget-access.ts';

async function getVisible(tx: Transaction, id: string): Promise<Budget> {
  const [budget] = isUuid(id) ? await findBudgets(tx, [id]) : [];
  if (!budget || !isBudgetVisible(tx.caller, budget)) throw notFound('budget', id);
  return budget;
}

/**
 * Sets the one budget of a scope and window anew, or makes it.
 *
 * @throws FORBIDDEN, NOT_FOUND as checkBudgetScope; BAD_USER_INPUT naming the field
 */
export const setBudget = (ctx: Context, input: BudgetInput): Promise<Budget> =>
  ctx.transact(async (tx) => {
    await checkBudgetScope(tx, input, 'setBudget', 'input.scopeId');
    return set(tx, input);
  });

/**
 * Raises a budget for a while; once under an idempotencyKey.
 *
 * @throws NOT_FOUND; FORBIDDEN as checkBudgetScope; BAD_USER_INPUT; IDEMPOTENCY_CONFLICT
 */
export function raiseBudget(
  ctx: Context,
  { idempotencyKey: key, ...input }: RaiseInput & { readonly idempotencyKey?: string | null },
): Promise<Budget> {
  return ctx.transact(async (tx) => {
    await checkBudgetScope(tx, await getVisible(tx, input.id), 'raiseBudget', 'input.id');
    const { result } = await once(tx, { field: 'raiseBudget', key, input }, async () => (await raise(tx, input)).id);
    return getVisible(tx, result);
  });
}

/**
 * Takes a budget away.
 *
 * @throws NOT_FOUND; FORBIDDEN as checkBudgetScope
 */
export const deleteBudget = (ctx: Context, id: string): Promise<{ readonly id: string }> =>
  ctx.transact(async (tx) => {
    const budget = await getVisible(tx, id);
    await checkBudgetScope(tx, budget, 'deleteBudget', 'id');
    await end(tx, budget.id);
    return { id: budget.id };
  });
