import { listReservations, type ReservationQuery } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';

export const reservations = (_: unknown, query: ReservationQuery, ctx: GovernanceContext) =>
  listReservations(ctx, query);
