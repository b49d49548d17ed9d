import { SYSTEM_CALLER, type Transact, WORKER_SCOPE } from '@rae/database';
import { recordEvent } from '@rae/events';
import { NO_CAUSE } from '@rae/kernel';
import { ensureWindows } from '../queries/ensure-windows.ts';
import { findEndedWindows, takeReset } from '../queries/window-resets.ts';
import { eventProjectOf, getBudget, toFigures } from './set-budget.ts';

const AT_ONCE = 200;

/**
 * Tells once that a window is over and makes the next one, so that its end is told as well. No figure depends on it: which
 * window a call counts in follows from the clock.
 */
export async function tellResets(transact: Transact): Promise<void> {
  const ended = await transact.once(WORKER_SCOPE, (tx) => findEndedWindows(tx, AT_ONCE));
  for (const { tenantId, budgetId, startsAt } of ended) {
    const caller = { ...SYSTEM_CALLER, tenantId };
    await transact({ role: 'rae_app', caller, cause: NO_CAUSE }, async (tx) => {
      const calendar = await takeReset(tx, budgetId, startsAt);
      if (!calendar) return;
      await ensureWindows(tx, [calendar], tx.now);
      const budget = await getBudget(tx, budgetId);
      const projectId = eventProjectOf(budget);
      const payload = { ...toFigures(budget), endedStartsAt: startsAt.toISOString(), projectId };
      await recordEvent(tx, { type: 'budget.reset', projectId, subject: budgetId, payload });
    });
  }
}
