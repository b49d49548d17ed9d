import type { Page } from '@rae/identity';
import { type Connection, type Context, checkFirst, type Transaction, toConnection } from '@rae/kernel';
import {
  type Budget,
  type CostRef,
  findCoveringBudgets,
  findHoldingBudgets,
  isBudgetVisible,
  listBudgets,
  readPayers,
  scopesOf,
} from '@rae/metering';

type Payers = Parameters<typeof scopesOf>[0];

const visibleTo =
  ({ caller }: Transaction) =>
  (budget: Budget): boolean =>
    isBudgetVisible(caller, budget);

/** The budgets that cover a call, as they stand now; those that the caller may see. */
export const budgetsCovering = (ctx: Context, payers: Payers): Promise<Budget[]> =>
  ctx.readOnce(async (tx) => {
    const { scopes, scopeIds } = scopesOf(payers);
    return (await findCoveringBudgets(tx, scopes, scopeIds)).filter(visibleTo(tx));
  });

/** The budgets of a thing's payers, the tenant's among them; those that the caller may see. */
export const budgetsOfCost = (ctx: Context, ref: CostRef): Promise<Budget[]> =>
  ctx.read(async (tx) => {
    const payers = await readPayers(tx, ref);
    if (payers.length === 0) return [];
    const scopes = ['TENANT' as const, ...payers.map(({ scope }) => scope)];
    const scopeIds = [tx.caller.tenantId, ...payers.map(({ scopeId }) => scopeId)];
    return (await findCoveringBudgets(tx, scopes, scopeIds)).filter(visibleTo(tx));
  });

/** The budgets that hold or paid a reservation; a deleted one is not among them. */
export const budgetsHolding = (ctx: Context, reservationId: string): Promise<Budget[]> =>
  ctx.readOnce(async (tx) => (await findHoldingBudgets(tx, reservationId)).filter(visibleTo(tx)));

/** The budgets of a tenant. One that the caller has just made is another than its own, and has none yet. */
export const budgetsOfTenant = (ctx: Context, tenantId: string, page: Page): Promise<Connection<Budget>> =>
  tenantId === ctx.caller.tenantId
    ? listBudgets(ctx, page)
    : Promise.resolve(
        toConnection<Budget>(
          [],
          checkFirst(page.first),
          false,
          ({ id }) => id,
          async () => 0,
        ),
      );
