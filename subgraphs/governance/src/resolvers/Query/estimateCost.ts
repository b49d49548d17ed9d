import type { GovernanceContext } from '../../loaders.ts';
import { type EstimateInput, estimateCost as estimate } from '../../services/prices.ts';

export const estimateCost = (_: unknown, { input }: { input: EstimateInput }, ctx: GovernanceContext) =>
  estimate(ctx, input);
