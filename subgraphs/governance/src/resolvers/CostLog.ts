import { type CostLogRow, formatUsd } from '@rae/metering';
import type { GovernanceContext } from '../loaders.ts';

export const CostLog = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => ctx.loaders.costLogs.load(id),
  adjusts: ({ adjusts }: CostLogRow, _args: unknown, ctx: GovernanceContext) =>
    adjusts && ctx.loaders.costLogs.load(adjusts),
  project: ({ projectId }: CostLogRow, _args: unknown, ctx: GovernanceContext) => ctx.loaders.projects.load(projectId),
  totalCostUsd: ({ costNano }: CostLogRow) => costNano && formatUsd(BigInt(costNano)),
  savedUsd: ({ savedNano }: CostLogRow) => formatUsd(BigInt(savedNano)),
};
