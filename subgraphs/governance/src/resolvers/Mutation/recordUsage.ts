import type { GovernanceContext } from '../../loaders.ts';
import { budgetsCovering } from '../../services/paying-budgets.ts';
import { type RecordInput, record } from '../../services/reservations.ts';

export const recordUsage = async (_: unknown, { input }: { input: RecordInput }, ctx: GovernanceContext) => {
  const { ledgerId, spend } = await record(ctx, input);
  return { costLog: () => ctx.loaders.costLogs.load(ledgerId), budgets: () => budgetsCovering(ctx, spend) };
};
