import type { GovernanceContext } from '../../loaders.ts';
import { budgetsHolding } from '../../services/paying-budgets.ts';
import { type ReserveInput, reserve } from '../../services/reservations.ts';

export const reserveBudget = async (_: unknown, { input }: { input: ReserveInput }, ctx: GovernanceContext) => {
  const reservation = await reserve(ctx, input);
  return { reservation, budgets: () => budgetsHolding(ctx, reservation.id) };
};
