import type { GovernanceContext } from '../../loaders.ts';
import { release } from '../../services/reservations.ts';

export const releaseReservation = async (_: unknown, { id }: { id: string }, ctx: GovernanceContext) => ({
  reservation: await release(ctx, id),
});
