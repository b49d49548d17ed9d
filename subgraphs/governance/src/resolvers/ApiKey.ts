import type { GovernanceContext } from '../loaders.ts';

export const ApiKey = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => ctx.loaders.apiKeys.load(id),
};
