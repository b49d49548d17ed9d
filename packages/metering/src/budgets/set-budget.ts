import { appendAudit } from '@rae/audit';
import { recordEvent } from '@rae/events';
import { type JsonValue, notFound, type Transaction, uuidv7 } from '@rae/kernel';
import { formatUsd } from '../money.ts';
import { ensureWindows } from '../queries/ensure-windows.ts';
import { type Budget, findBudgets } from '../queries/find-budgets.ts';
import { lockBudgetOf, moveWindowEnd, writeBudget } from '../queries/write-budget.ts';
import { windowAt } from '../windows.ts';
import { type BudgetInput, checkBudget } from './check-budget.ts';

/** The budget as it stands in this transaction. */
export async function getBudget(tx: Transaction, id: string): Promise<Budget> {
  const [budget] = await findBudgets(tx, [id]);
  if (!budget) throw notFound('budget', id);
  return budget;
}

const usd = (nano: bigint | null) => (nano === null ? null : formatUsd(nano));

/** The figures of the moment, in the names of all budget events. */
export const toFigures = (budget: Budget): Record<string, JsonValue> => ({
  budgetId: budget.id,
  scope: budget.scope,
  scopeId: budget.scopeId,
  window: budget.window,
  startsAt: budget.windowStartsAt?.toISOString() ?? null,
  resetsAt: budget.resetsAt?.toISOString() ?? null,
  usedUsd: formatUsd(budget.usedNano),
  limitUsd: usd(budget.limitNano),
  usedTokens: budget.usedTokens,
  limitTokens: budget.limitTokens,
});

/** Whose project hears of it: that of a PROJECT's budget; others concern the tenant. */
export const eventProjectOf = ({ scope, scopeId }: Pick<Budget, 'scope' | 'scopeId'>): string | null =>
  scope === 'PROJECT' ? scopeId : null;

const differs = (a: Budget, b: Budget) => a.limitNano !== b.limitNano || a.limitTokens !== b.limitTokens;

/** What was is told with what is, once the limit is another. */
export async function tellLimit(tx: Transaction, before: Budget | null, after: Budget): Promise<void> {
  const projectId = eventProjectOf(after);
  const previous = {
    previousLimitUsd: usd(before?.limitNano ?? null),
    previousLimitTokens: before?.limitTokens ?? null,
  };
  const raise = {
    extraUsd: after.raise && formatUsd(after.raise.extraNano),
    raiseUntil: after.raise?.until.toISOString() ?? null,
  };
  const payload = { ...toFigures(after), ...previous, ...raise, projectId };
  await recordEvent(tx, { type: 'budget.limit_changed', projectId, subject: after.id, payload });
}

/**
 * Sets the budget of a scope and window anew, or makes it; what was used in the window of now stays. A new one counts the calls
 * that are admitted from now on. With another zone or start of the week, the window of now goes on until the new calendar's
 * next one begins. Whoever calls has checked that the caller may, and that what scopeId names is the tenant's.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export async function setBudget(tx: Transaction, input: BudgetInput): Promise<Budget> {
  const row = checkBudget(input);
  const existing = await lockBudgetOf(tx, row);
  const before = existing === null ? null : await getBudget(tx, existing);
  const id = await writeBudget(tx, row, uuidv7(tx.now.getTime()));
  if (before) await moveWindowEnd(tx, id, windowAt(row, tx.now).endsAt);
  await ensureWindows(tx, [{ id, ...row }], tx.now);
  const after = await getBudget(tx, id);
  if (!before || differs(before, after)) await tellLimit(tx, before, after);
  appendAudit(tx, { action: 'setBudget', subject: `budget:${id}`, detail: toAudited(after) });
  return after;
}

/** What an auditor wants to know of a budget. */
const toAudited = (budget: Budget): { [key: string]: JsonValue } => ({
  scope: budget.scope,
  scopeId: budget.scopeId,
  window: budget.window,
  limitUsd: usd(budget.limitNano),
  limitTokens: budget.limitTokens,
  thresholds: [...budget.thresholds],
  action: budget.action,
  downgradeTo: budget.downgradeTo,
  downgradeAt: budget.downgradeAt,
  timeZone: budget.timeZone,
  weekStartsOn: budget.weekStartsOn,
  monthStartsOn: budget.monthStartsOn,
});
