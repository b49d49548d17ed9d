import type { GovernanceContext } from '../../loaders.ts';
import { listPrices, type PriceQuery } from '../../services/prices.ts';

export const modelPrices = (_: unknown, query: PriceQuery, ctx: GovernanceContext) => listPrices(ctx, query);
