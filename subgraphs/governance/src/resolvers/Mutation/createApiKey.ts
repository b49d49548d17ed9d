import { type CreateApiKeyInput, createApiKey as create } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const createApiKey = (_: unknown, { input }: { input: CreateApiKeyInput }, ctx: GovernanceContext) =>
  create(ctx, input);
