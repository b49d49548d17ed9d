import { type ApiKeyQuery, listApiKeys } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const apiKeys = (_: unknown, query: ApiKeyQuery, ctx: GovernanceContext) => listApiKeys(ctx, query);
