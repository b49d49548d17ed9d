import type { BudgetWindow } from '../windows.ts';
import type { BudgetScope } from './budget-scopes.ts';

/** What a booking reached, as its event says it. */
export interface Told {
  readonly type: 'budget.threshold_reached' | 'budget.exceeded';
  readonly budgetId: string;
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly window: BudgetWindow;
  readonly threshold?: number;
  readonly usedUsd: string;
  readonly limitUsd: string | null;
}

/** A new line of the ledger. */
export interface BookedLine {
  readonly ledgerId: string;
  readonly kind: 'CALL' | 'ADJUSTMENT';
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Nano-dollars as text; null: nobody knows. */
  readonly costNano: string | null;
  readonly told: readonly Told[];
}
