import type { Transact, TransactionScope } from '@rae/database';
import type { Clock, Logger, Spend, Transaction } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import type { AdmissionSide } from './admission/side.ts';
import type { Price } from './prices/price.ts';
import type { PriceBook } from './prices/price-book.ts';
import type { AdmittedAsk } from './queries/admit.ts';
import type { ReserveAnswer, ReserveAsk } from './queries/reserve.ts';
import type { SettleAnswer, SettleAsk } from './queries/settle.ts';
import type { KeptTariffs } from './tariffs.ts';

/** Who asks, and what led to it: all that a transaction needs to know of a caller. */
export type Payer = Pick<Spend, 'caller' | 'cause'>;

/** What a settlement needs to know of a hold; amountNano null: nobody knows the price. */
export interface KeptHold {
  readonly tenantId: string;
  readonly price: Price | null;
  readonly amountNano: bigint | null;
  readonly amountTokens: number;
}

/** What the use cases of metering share. */
export interface MeteringContext {
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly prices: PriceBook;
  readonly tariffs: KeptTariffs;
  /** Who counts admissions besides Postgres. */
  readonly side: AdmissionSide;
  readonly together: Together;
  /** The holds of this process, so that most settlements need not ask for their price. */
  readonly held: Map<string, KeptHold>;
}

/** What callers of a tenant ask for at the same time goes together; see createTogether. */
export interface Together {
  readonly reserve: (tenantId: string, ask: ReserveAsk) => Promise<ReserveAnswer>;
  readonly admit: (tenantId: string, ask: AdmittedAsk) => Promise<ReserveAnswer>;
  readonly settle: (tenantId: string, ask: SettleAsk) => Promise<SettleAnswer>;
}

const scopeOf = ({ caller, cause }: Payer): TransactionScope => ({ role: 'rae_app', caller, cause });

/** One statement in a transaction of its own, with one wait. */
export const ask = <T>(ctx: MeteringContext, payer: Payer, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  ctx.transact.once(scopeOf(payer), work);

/** Several statements in one transaction. */
export const transactAs = <T>(ctx: MeteringContext, payer: Payer, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  ctx.transact(scopeOf(payer), work);
