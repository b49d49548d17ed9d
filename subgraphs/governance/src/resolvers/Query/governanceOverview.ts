import { readOverview } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';

export const governanceOverview = (_: unknown, { first }: { first: number }, ctx: GovernanceContext) =>
  readOverview(ctx, first);
