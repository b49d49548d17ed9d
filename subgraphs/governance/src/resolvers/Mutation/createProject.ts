import { type CreateProjectInput, createProject as create } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const createProject = async (_: unknown, { input }: { input: CreateProjectInput }, ctx: GovernanceContext) => ({
  project: await create(ctx, input),
});
