import { appendAudit } from '@rae/audit';
import { badInput, checkText, isUuid, notFound, type Transaction } from '@rae/kernel';
import { formatUsd } from '../money.ts';
import type { Budget } from '../queries/find-budgets.ts';
import { writeRaise } from '../queries/write-budget.ts';
import { checkTokens, checkUsd } from './check-budget.ts';
import { getBudget, tellLimit } from './set-budget.ts';

/** More than the limit, for a while: USD, tokens or both. */
export interface RaiseInput {
  readonly id: string;
  readonly extraUsd?: string | null;
  readonly extraTokens?: number | null;
  readonly until: Date;
  readonly reason?: string | null;
}

const MAX_REASON = 500;
const MOST_AHEAD_MS = 366 * 86_400_000;

function checkUntil(until: Date, now: Date): Date {
  const ahead = until.getTime() - now.getTime();
  if (ahead > 0 && ahead <= MOST_AHEAD_MS) return until;
  throw badInput('input.until', 'must be after now and at most 366 days ahead', { given: until.toISOString() });
}

/** A raise of what is not limited would raise nothing. */
function checkKinds(budget: Budget, { extraUsd, extraTokens }: RaiseInput): void {
  if (extraUsd && budget.limitNano === null)
    throw badInput('input.extraUsd', 'this budget has no limit in USD to raise');
  if (extraTokens && budget.limitTokens === null)
    throw badInput('input.extraTokens', 'this budget has no limit in tokens to raise');
}

/**
 * Adds to a budget's limit until an instant; a raise that is in force is replaced.
 *
 * @throws NOT_FOUND; BAD_USER_INPUT naming the field
 */
export async function raiseBudget(tx: Transaction, input: RaiseInput): Promise<Budget> {
  const { id, extraUsd = null, extraTokens = null } = input;
  if (!isUuid(id)) throw notFound('budget', id);
  if (extraUsd === null && extraTokens === null)
    throw badInput('input.extraUsd', 'or extraTokens must be given, or both');
  const raise = {
    extraNano: extraUsd === null ? 0n : checkUsd('input.extraUsd', extraUsd),
    extraTokens: extraTokens === null ? 0 : checkTokens('input.extraTokens', extraTokens),
    until: checkUntil(input.until, tx.now),
    reason: input.reason ? checkText('input.reason', input.reason, MAX_REASON) : null,
  };
  const before = await getBudget(tx, id);
  checkKinds(before, input);
  await writeRaise(tx, id, raise);
  const after = await getBudget(tx, id);
  await tellLimit(tx, before, after);
  const detail = { ...raise, extraUsd: formatUsd(raise.extraNano), until: raise.until.toISOString() };
  const { extraNano: _extraNano, ...audited } = detail;
  appendAudit(tx, { action: 'raiseBudget', subject: `budget:${id}`, detail: audited });
  return after;
}
