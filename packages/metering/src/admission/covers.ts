import type { Spend, Transaction } from '@rae/kernel';
import { type Scopes, scopesOf } from '../queries/budget-scopes.ts';
import { type BudgetCalendar, ensureWindows } from '../queries/ensure-windows.ts';
import { type Cover, type CoverBudget, loadCover } from '../queries/load-cover.ts';

/** A budget whose window of now is known. */
export type ReadyBudget = CoverBudget & { readonly startsAt: string };

export interface ReadyCover {
  readonly version: number;
  readonly budgets: readonly ReadyBudget[];
}

const MOST = 10_000;

const isReady = (budget: CoverBudget): budget is ReadyBudget => budget.startsAt !== null;

/** True while nothing of it changes by time alone: the windows go on, and so do the raises. */
function holdsAt({ budgets }: Cover, from: Date, at: Date): boolean {
  return budgets.every(
    ({ startsAt, resetsAt, raiseUntil }) =>
      startsAt !== null &&
      new Date(startsAt) <= at &&
      (resetsAt === null || at < new Date(resetsAt)) &&
      (raiseUntil === null || from < new Date(raiseUntil) === at < new Date(raiseUntil)),
  );
}

type Ask = <T>(spend: Spend, work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** What covers a call is kept by version; an admission with an old one is refused by Postgres as STALE. */
export function createCovers(ask: Ask) {
  const kept = new Map<string, { cover: ReadyCover; from: Date }>();
  const load = async (spend: Spend, scopes: Scopes, at: Date): Promise<ReadyCover> => {
    const cover = await ask(spend, (tx) => loadCover(tx, scopes, at));
    const missing: readonly BudgetCalendar[] = cover.budgets.filter((budget) => !isReady(budget));
    if (missing.length === 0) return { ...cover, budgets: cover.budgets.filter(isReady) };
    await ask(spend, (tx) => ensureWindows(tx, missing, at));
    return load(spend, scopes, at);
  };
  return {
    /** @param version another one than what is kept: it is read anew */
    async get(spend: Spend, at: Date, version: number | null): Promise<ReadyCover> {
      const scopes = scopesOf(spend);
      const key = `${spend.caller.tenantId} ${scopes.scopes.join()} ${scopes.scopeIds.join(' ')}`;
      const known = kept.get(key);
      if (known && known.cover.version === version && holdsAt(known.cover, known.from, at)) return known.cover;
      const cover = await load(spend, scopes, at);
      if (kept.size >= MOST) kept.clear();
      kept.set(key, { cover, from: at });
      return cover;
    },
  };
}
