import type { Spend } from '@rae/kernel';
import type { Metering } from '@rae/metering';

/** What a call on this machine took, counted roughly. */
export interface LocalCall {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Where models' calls are admitted and booked: budgets and the ledger. Outside any transaction. */
export interface Meter extends Pick<Metering, 'prices' | 'reserve' | 'extend' | 'settle' | 'release' | 'record'> {
  /** A call on this machine: counted by the minute, never waited for. */
  recordLocal?(spend: Spend, call: LocalCall): void;
}
