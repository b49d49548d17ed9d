import { revokeApiKey as revoke } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const revokeApiKey = async (_: unknown, { id }: { id: string }, ctx: GovernanceContext) => ({
  apiKey: await revoke(ctx, id),
});
