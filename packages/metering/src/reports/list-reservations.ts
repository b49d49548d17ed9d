import { projectToRead } from '@rae/identity';
import {
  type Connection,
  type Context,
  checkFirst,
  countRows,
  MAX_COUNT,
  type Transaction,
  toConnection,
} from '@rae/kernel';
import {
  RESERVATION_COLUMNS,
  type Reservation,
  type ReservationColumns,
  type ReservationStatus,
  toReservation,
} from '../queries/find-reservation.ts';

export interface ReservationQuery {
  readonly status?: ReservationStatus | null;
  readonly projectId?: string | null;
  readonly first: number;
  readonly after?: string | null;
}

const FILTER = `tenant_id = $1 and ($2::uuid is null or project_id = $2) and ($3::text is null or status = $3)`;
const PAGE = {
  name: 'reservations_page',
  text: `select ${RESERVATION_COLUMNS} from platform.reservations
    where ${FILTER} and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid)) order by created_at desc, id desc limit $6`,
};
const COUNT = {
  name: 'reservations_count',
  text: `select count(*)::int as count from (select from platform.reservations where ${FILTER} limit ${MAX_COUNT + 1}) counted`,
};
const FIND = {
  name: 'reservations_find',
  text: `select ${RESERVATION_COLUMNS} from platform.reservations where tenant_id = $1 and id = any($2::uuid[])`,
};

/** Those of `ids` that are the tenant's, in no order. */
export async function findReservations(tx: Transaction, ids: readonly string[]): Promise<Reservation[]> {
  return (await tx.query<ReservationColumns>(FIND, [tx.caller.tenantId, ids])).map(toReservation);
}

/**
 * Reservations, newest first; of a caller that is bound to a project, that project's.
 *
 * @throws BAD_USER_INPUT naming `first` or `after`; NOT_FOUND for a project that is not the tenant's or not the caller's
 */
export async function listReservations(ctx: Context, query: ReservationQuery): Promise<Connection<Reservation>> {
  const { tenantId } = ctx.caller;
  const first = checkFirst(query.first);
  const status = query.status ?? null;
  const list = `reservations ${JSON.stringify([query.projectId ?? null, status])}`;
  const after = query.after ? ctx.cursors.decode(tenantId, list, query.after) : null;
  const { values, rows } = await ctx.read(async (tx) => {
    const values = [tenantId, await projectToRead(tx, query.projectId ?? null, 'projectId'), status];
    return { values, rows: await tx.query<ReservationColumns>(PAGE, [...values, after?.[0], after?.[1], first + 1]) };
  });
  return toConnection(
    rows.map(toReservation),
    first,
    after !== null,
    (one) => ctx.cursors.encode(tenantId, list, [one.createdAt.toISOString(), one.id]),
    () => ctx.readOnce((tx) => countRows(tx, COUNT, values)),
  );
}
