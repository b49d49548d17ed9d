import type { Transaction } from '@rae/kernel';
import type { BudgetWindow } from '../windows.ts';
import type { BudgetScope } from './budget-scopes.ts';
import type { BudgetCalendar } from './ensure-windows.ts';
import type { ReservationRow } from './reservation-row.ts';

/** A budget as it stood when it decided; money in nano-dollars as text. */
export interface DecidingBudget {
  readonly budgetId: string;
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly window: BudgetWindow;
  readonly startsAt: string;
  readonly resetsAt: string | null;
  readonly limitNano: string | null;
  readonly usedNano: string;
  readonly reservedNano: string;
  readonly limitTokens: number | null;
  readonly usedTokens: number;
  readonly reservedTokens: number;
}

/**
 * HELD: the row is there. MODE: another side admits. STALE: prices or budgets are others than `version` says. FALLBACK: ask
 * again with the stand-in price. WINDOWS: make these first. DOWNGRADE: ask again with this model. EXCEEDED and UNPRICED are
 * refusals; UNPRICED names a budget where the policy is DEFAULT.
 */
export type ReserveAnswer =
  | { readonly outcome: 'HELD' }
  | { readonly outcome: 'STALE' | 'FALLBACK' }
  | { readonly outcome: 'MODE'; readonly mode: 'POSTGRES' | 'REDIS'; readonly epoch: number }
  | { readonly outcome: 'WINDOWS'; readonly budgets: readonly BudgetCalendar[] }
  | ({ readonly outcome: 'DOWNGRADE'; readonly model: string } & DecidingBudget)
  | ({ readonly outcome: 'EXCEEDED' } & DecidingBudget)
  | { readonly outcome: 'UNPRICED'; readonly budget?: DecidingBudget };

export interface ReserveAsk extends ReservationRow {
  readonly scopes: readonly BudgetScope[];
  readonly scope_ids: readonly string[];
  /** Of the tenant's prices and budgets. */
  readonly version: number;
  /** `provider/model` that were asked for so far; null: the model cannot be changed. */
  readonly tried: readonly string[] | null;
}

const RESERVE = { name: 'metering_reserve', text: 'select platform.reserve_all($1) as answers' };

/** Asks Postgres for admissions of one tenant, answered in their order; one statement. */
export async function reserveAll(tx: Transaction, asks: readonly ReserveAsk[]): Promise<readonly ReserveAnswer[]> {
  const [row] = await tx.query<{ answers: readonly ReserveAnswer[] }>(RESERVE, [JSON.stringify(asks)]);
  if (!row) throw new Error('platform.reserve_all gave no answers');
  return row.answers;
}
