import type { CostOperation, Transaction } from '@rae/kernel';
import type { Price } from '../prices/price.ts';

export type ReservationStatus = 'HELD' | 'SETTLED' | 'RELEASED' | 'EXPIRED';

/** Money held for a call in flight, and what became of it. Money in nano-dollars. */
export interface Reservation {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly apiKeyId: string | null;
  readonly operation: CostOperation;
  readonly status: ReservationStatus;
  /** `provider/model` that was asked for. */
  readonly askedModel: string;
  /** The model to call: the one asked for, or the cheaper one that a budget names. */
  readonly provider: string;
  readonly model: string;
  readonly downgraded: boolean;
  /** Null: nobody knows the price. */
  readonly amountNano: bigint | null;
  readonly amountTokens: number;
  readonly price: Price | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly settledAt: Date | null;
  readonly ledgerId: string | null;
}

export const RESERVATION_COLUMNS = `id, project_id as "projectId", user_id as "userId", agent_id as "agentId", session_id as "sessionId",
  api_key_id as "apiKeyId", operation, status, asked_model as "askedModel", provider, model, downgraded, amount_nano::text as "amountNano",
  amount_tokens::float8 as "amountTokens", price, created_at as "createdAt", expires_at as "expiresAt", settled_at as "settledAt", ledger_id as "ledgerId"`;

export type ReservationColumns = Omit<Reservation, 'amountNano'> & { readonly amountNano: string | null };

export const toReservation = (row: ReservationColumns): Reservation => ({
  ...row,
  amountNano: row.amountNano === null ? null : BigInt(row.amountNano),
});

const FIND = {
  name: 'reservation_find',
  text: `select ${RESERVATION_COLUMNS} from platform.reservations where tenant_id = $1 and id = $2 and ($3::uuid is null or project_id = $3)`,
};

/** Null: there is none of that id that the caller may see. */
export async function findReservation(tx: Transaction, id: string): Promise<Reservation | null> {
  const [row] = await tx.query<ReservationColumns>(FIND, [tx.caller.tenantId, id, tx.caller.projectId]);
  return row ? toReservation(row) : null;
}
