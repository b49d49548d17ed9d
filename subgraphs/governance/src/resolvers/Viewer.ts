import type { Caller } from '@rae/kernel';
import type { GovernanceContext } from '../loaders.ts';

export const Viewer = {
  tenant: ({ tenantId }: Caller, _args: unknown, ctx: GovernanceContext) => ctx.loaders.tenants.load(tenantId),
  project: ({ projectId }: Caller, _args: unknown, ctx: GovernanceContext) =>
    projectId && ctx.loaders.projects.load(projectId),
  apiKey: ({ apiKeyId }: Caller, _args: unknown, ctx: GovernanceContext) =>
    apiKeyId && ctx.loaders.apiKeys.load(apiKeyId),
};
