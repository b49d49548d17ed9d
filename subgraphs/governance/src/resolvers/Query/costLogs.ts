import { type CostLogQuery, listCostLogs } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';

export const costLogs = (_: unknown, query: CostLogQuery, ctx: GovernanceContext) => listCostLogs(ctx, query);
