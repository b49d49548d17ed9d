import { checkProjectId } from '@rae/identity';
import { notFound } from '@rae/kernel';
import type { GovernanceContext } from '../../loaders.ts';

export const project = async (_: unknown, { id }: { id: string }, ctx: GovernanceContext) => {
  const found = await ctx.loaders.projects.load(checkProjectId(ctx.caller, id, 'id'));
  if (!found) throw notFound('project', id);
  return found;
};
