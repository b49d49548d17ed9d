import type { GovernanceContext } from '../../loaders.ts';
import { listModels } from '../../services/prices.ts';

export const models = (_: unknown, _args: unknown, ctx: GovernanceContext) => listModels(ctx);
