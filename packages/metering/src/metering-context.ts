import type { Transact, TransactionScope } from '@rae/database';
import type { Clock, Logger, Spend, Transaction } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import type { Price } from './prices/price.ts';
import type { PriceBook } from './prices/price-book.ts';
import type { KeptTariffs } from './tariffs.ts';

/** Who asks, and what led to it: all that a transaction needs to know of a caller. */
export type Payer = Pick<Spend, 'caller' | 'cause'>;

/** What the use cases of metering share. */
export interface MeteringContext {
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly prices: PriceBook;
  readonly tariffs: KeptTariffs;
  /** Prices of the holds of this process, so that most settlements need not ask for them. */
  readonly heldPrices: Map<string, Price | null>;
}

const scopeOf = ({ caller, cause }: Payer): TransactionScope => ({ role: 'rae_app', caller, cause });

/** One statement in a transaction of its own, with one wait. */
export const ask = <T>(ctx: MeteringContext, payer: Payer, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  ctx.transact.once(scopeOf(payer), work);

/** Several statements in one transaction. */
export const transactAs = <T>(ctx: MeteringContext, payer: Payer, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  ctx.transact(scopeOf(payer), work);
