import type { GovernanceContext } from '../../loaders.ts';
import { budgetsHolding } from '../../services/paying-budgets.ts';
import { extend } from '../../services/reservations.ts';

export const extendReservation = async (
  _: unknown,
  { id, leaseSeconds }: { id: string; leaseSeconds: number },
  ctx: GovernanceContext,
) => {
  const reservation = await extend(ctx, id, leaseSeconds);
  return { reservation, budgets: () => budgetsHolding(ctx, reservation.id) };
};
