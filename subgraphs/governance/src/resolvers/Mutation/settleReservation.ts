import type { GovernanceContext } from '../../loaders.ts';
import { budgetsHolding } from '../../services/paying-budgets.ts';
import { type SettleInput, settle } from '../../services/reservations.ts';

export const settleReservation = async (_: unknown, { input }: { input: SettleInput }, ctx: GovernanceContext) => {
  const { ledgerId } = await settle(ctx, input);
  return { costLog: () => ctx.loaders.costLogs.load(ledgerId), budgets: () => budgetsHolding(ctx, input.id) };
};
