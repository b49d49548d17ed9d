import type { Budget } from '../queries/find-budgets.ts';
import type { UnpricedPolicy } from './tenant-settings.ts';

/** A call that nobody makes yet. */
export interface ImaginedCall {
  readonly model: string;
  readonly tokens: number;
  /** Nano-dollars that it would cost by a model; null: nobody knows. */
  readonly costBy: (model: string) => bigint | null;
}

const SCALE = 1_000_000_000;

function measure(budget: Budget, cost: bigint | null, tokens: number) {
  const { limitNano, limitTokens, raise, downgradeAt } = budget;
  const nano = limitNano === null ? null : limitNano + (raise?.extraNano ?? 0n);
  const most = limitTokens === null ? null : limitTokens + (raise?.extraTokens ?? 0);
  const takenNano = budget.usedNano + budget.reservedNano;
  const takenTokens = budget.usedTokens + budget.reservedTokens;
  const share = BigInt(Math.round(downgradeAt * SCALE));
  return {
    over: (nano !== null && cost !== null && takenNano + cost > nano) || (most !== null && takenTokens + tokens > most),
    high:
      (nano !== null && takenNano * BigInt(SCALE) >= nano * share) ||
      (most !== null && takenTokens >= most * downgradeAt),
  };
}

/**
 * Whether budgets as they stand now would let a call through, by its own model or by a cheaper one that they name: as an
 * admission decides (platform.reserve), without holding anything.
 */
export function wouldAdmit(
  budgets: readonly Budget[],
  policy: UnpricedPolicy,
  call: ImaginedCall,
  tried: ReadonlySet<string> = new Set([call.model]),
): boolean {
  const cost = call.costBy(call.model);
  if (cost === null && policy === 'REFUSE') return false;
  const strict = budgets.filter(({ action }) => action !== 'ALERT');
  const looked = strict.map((budget) => ({ budget, ...measure(budget, cost, call.tokens) }));
  const cheaper = looked.find(
    ({ budget: { action, downgradeTo }, over, high }) =>
      action === 'DOWNGRADE' && downgradeTo !== null && !tried.has(downgradeTo) && (over || high),
  )?.budget.downgradeTo;
  if (cheaper) return wouldAdmit(budgets, policy, { ...call, model: cheaper }, new Set([...tried, cheaper]));
  if (looked.some(({ over }) => over)) return false;
  return cost !== null || policy !== 'DEFAULT' || !strict.some(({ limitNano }) => limitNano !== null);
}
