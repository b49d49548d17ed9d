import { costBreakdown as answer, type CostBreakdownInput } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';

export const costBreakdown = (_: unknown, { input }: { input: CostBreakdownInput }, ctx: GovernanceContext) =>
  answer(ctx, input);
