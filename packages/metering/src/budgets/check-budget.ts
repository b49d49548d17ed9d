import { badInput, checkText, isUuid } from '@rae/kernel';
import { MAX_USD, parseUsd } from '../money.ts';
import { normaliseModel } from '../prices/normalise-model.ts';
import type { BudgetScope } from '../queries/budget-scopes.ts';
import { type BudgetWindow, checkTimeZone } from '../windows.ts';

export type BudgetAction = 'BLOCK' | 'DOWNGRADE' | 'ALERT';

/** What a budget is to be; limits in USD and in tokens, one of them or both. */
export interface BudgetInput {
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly window: BudgetWindow;
  readonly limitUsd?: string | null;
  readonly limitTokens?: number | null;
  /** Shares of the limit; 0.5, 0.8 and 1 when left out. */
  readonly thresholds?: readonly number[];
  /** BLOCK when left out. */
  readonly action?: BudgetAction;
  /** `provider/model` to call instead. */
  readonly downgradeTo?: string | null;
  /** Share of the limit from which on; 0.8 when left out. */
  readonly downgradeAt?: number;
  readonly timeZone?: string;
  /** 1 = Monday .. 7. */
  readonly weekStartsOn?: number;
  /** 1..28 */
  readonly monthStartsOn?: number;
}

/** A checked input, as its row holds it. Limits are without a raise, in nano-dollars and tokens; null: no limit of that kind. */
export interface BudgetRow {
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly window: BudgetWindow;
  readonly limitNano: bigint | null;
  readonly limitTokens: number | null;
  readonly thresholds: readonly number[];
  readonly action: BudgetAction;
  readonly downgradeTo: string | null;
  readonly downgradeAt: number;
  readonly timeZone: string;
  readonly weekStartsOn: number;
  readonly monthStartsOn: number;
}

const MAX_SCOPE_ID = 200;
const MAX_THRESHOLDS = 20;
/** Ten times the limit: what is booked without asking may pass it. */
const MAX_THRESHOLD = 10;
export const DEFAULT_THRESHOLDS = [0.5, 0.8, 1];
const DEFAULT_DOWNGRADE_AT = 0.8;

const UUID_SCOPES: readonly BudgetScope[] = ['TENANT', 'PROJECT', 'API_KEY'];
const MAX_SHOWN = 64;

function checkScopeId(scope: BudgetScope, id: string): string {
  if (!UUID_SCOPES.includes(scope)) return checkText('input.scopeId', id, MAX_SCOPE_ID);
  const given = id.slice(0, MAX_SHOWN);
  if (isUuid(id)) return id.toLowerCase();
  throw badInput('input.scopeId', `must be the UUID of a ${scope.toLowerCase().replace('_', ' ')}`, { given });
}

/**
 * An amount of a limit or of a raise, in nano-dollars.
 *
 * @throws BAD_USER_INPUT for 0, what is negative and what is no decimal
 */
export function checkUsd(field: string, usd: string): bigint {
  const nano = parseUsd(field, usd);
  if (nano > 0n) return nano;
  throw badInput(field, `must be above 0 and at most ${MAX_USD}; revoke the key or use ALERT instead of a limit of 0`, {
    given: usd,
  });
}

/** @throws BAD_USER_INPUT for what is no whole number from 1 to 2^53 - 1 */
export function checkTokens(field: string, tokens: number): number {
  if (Number.isSafeInteger(tokens) && tokens > 0) return tokens;
  throw badInput(field, `must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}, not ${tokens}`, {
    limit: Number.MAX_SAFE_INTEGER,
    given: String(tokens),
  });
}

function checkThresholds(thresholds: readonly number[]): number[] {
  if (thresholds.length > MAX_THRESHOLDS)
    throw badInput('input.thresholds', `holds ${thresholds.length} shares; at most ${MAX_THRESHOLDS} are allowed`, {
      limit: MAX_THRESHOLDS,
      given: thresholds.length,
    });
  const wrong = thresholds.find((share) => !(share > 0 && share <= MAX_THRESHOLD));
  if (wrong !== undefined)
    throw badInput('input.thresholds', `must be shares above 0 and at most ${MAX_THRESHOLD}, not ${wrong}`, {
      given: String(wrong),
    });
  return [...new Set(thresholds)].sort((a, b) => a - b);
}

function checkWhole(field: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw badInput(field, `must be a whole number from 1 to ${most}, not ${value}`, {
    limit: most,
    given: String(value),
  });
}

function checkDowngrade({ action = 'BLOCK', downgradeTo, downgradeAt = DEFAULT_DOWNGRADE_AT }: BudgetInput) {
  if (!(downgradeAt >= 0 && downgradeAt <= 1))
    throw badInput('input.downgradeAt', `must be a share of the limit from 0 to 1, not ${downgradeAt}`, {
      given: String(downgradeAt),
    });
  if (!downgradeTo) {
    if (action === 'DOWNGRADE') throw badInput('input.downgradeTo', 'must name the model to call instead');
    return { downgradeTo: null, downgradeAt };
  }
  const { provider, model } = normaliseModel(checkText('input.downgradeTo', downgradeTo, MAX_SCOPE_ID));
  if (provider === '')
    throw badInput('input.downgradeTo', 'must be provider/model, such as openai/gpt-4o-mini', { given: downgradeTo });
  return { downgradeTo: `${provider}/${model}`, downgradeAt };
}

/**
 * Checks a budget before it is written.
 *
 * @throws BAD_USER_INPUT naming the field, the limit and what was given
 */
export function checkBudget(input: BudgetInput): BudgetRow {
  const { scope, window, limitUsd = null, limitTokens = null, timeZone = 'UTC' } = input;
  if (limitUsd === null && limitTokens === null)
    throw badInput('input.limitUsd', 'or limitTokens must be given, or both');
  return {
    scope,
    scopeId: checkScopeId(scope, input.scopeId),
    window,
    limitNano: limitUsd === null ? null : checkUsd('input.limitUsd', limitUsd),
    limitTokens: limitTokens === null ? null : checkTokens('input.limitTokens', limitTokens),
    thresholds: checkThresholds(input.thresholds ?? DEFAULT_THRESHOLDS),
    action: input.action ?? 'BLOCK',
    ...checkDowngrade(input),
    timeZone: checkTimeZone('input.timeZone', timeZone),
    weekStartsOn: checkWhole('input.weekStartsOn', input.weekStartsOn ?? 1, 7),
    monthStartsOn: checkWhole('input.monthStartsOn', input.monthStartsOn ?? 1, 28),
  };
}
