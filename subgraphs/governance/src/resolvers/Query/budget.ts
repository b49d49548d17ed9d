import { checkId } from '@rae/identity';
import { notFound } from '@rae/kernel';
import type { GovernanceContext } from '../../loaders.ts';

export const budget = async (_: unknown, { id }: { id: string }, ctx: GovernanceContext) => {
  const found = await ctx.loaders.budgets.load(checkId(id, 'id'));
  if (!found) throw notFound('budget', id);
  return found;
};
