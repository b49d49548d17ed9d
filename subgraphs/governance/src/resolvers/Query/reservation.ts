import { checkId } from '@rae/identity';
import { notFound } from '@rae/kernel';
import type { GovernanceContext } from '../../loaders.ts';

export const reservation = async (_: unknown, { id }: { id: string }, ctx: GovernanceContext) => {
  const found = await ctx.loaders.reservations.load(checkId(id, 'id'));
  if (!found) throw notFound('reservation', id);
  return found;
};
