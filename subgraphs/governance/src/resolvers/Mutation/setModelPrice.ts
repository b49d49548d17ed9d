import type { ModelPriceInput } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';
import { setModelPrice as set } from '../../services/prices.ts';

export const setModelPrice = (_: unknown, { input }: { input: ModelPriceInput }, ctx: GovernanceContext) =>
  set(ctx, input);
