import type { Transaction } from '@rae/kernel';
import type { BudgetScope } from '../queries/budget-scopes.ts';
import type { Budget } from '../queries/find-budgets.ts';
import type { BudgetWindow } from '../windows.ts';
import type { CostLogFilter } from './cost-filter.ts';
import { type Forecast, forecast } from './forecast.ts';
import { readSlices } from './read-slices.ts';

const HOUR_MS = 3_600_000;

/** What is looked back on: about one window, so that nights and week-ends are in it; of an hour four. TOTAL has no end. */
const SLICES: Readonly<Record<BudgetWindow, { readonly sliceMs: number; readonly count: number } | null>> = {
  HOURLY: { sliceMs: HOUR_MS / 4, count: 16 },
  DAILY: { sliceMs: HOUR_MS, count: 24 },
  WEEKLY: { sliceMs: 6 * HOUR_MS, count: 28 },
  MONTHLY: { sliceMs: 24 * HOUR_MS, count: 30 },
  TOTAL: null,
};

const FILTERS: Readonly<Record<BudgetScope, (id: string) => CostLogFilter>> = {
  TENANT: () => ({}),
  PROJECT: (projectId) => ({ projectId }),
  USER: (userId) => ({ userId }),
  AGENT: (agentId) => ({ agentId }),
  SESSION: (sessionId) => ({ sessionId }),
  API_KEY: (apiKeyId) => ({ apiKeyId }),
};

/** Where the window of now is heading, from the lines of the budget's scope. Null: too little seen, or it has no end. */
export async function forecastBudget(tx: Transaction, budget: Budget): Promise<Forecast | null> {
  const slices = SLICES[budget.window];
  const { resetsAt: endsAt, usedNano, limitNano, raise } = budget;
  if (!slices || !endsAt) return null;
  return forecast({
    now: tx.now,
    endsAt,
    usedNano,
    limitNano: limitNano === null ? null : limitNano + (raise?.extraNano ?? 0n),
    sliceMs: slices.sliceMs,
    slices: await readSlices(tx, FILTERS[budget.scope](budget.scopeId), slices),
  });
}
