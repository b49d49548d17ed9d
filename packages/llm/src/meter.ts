import type { Metering } from '@rae/metering';

/** Where models' calls are admitted and booked: budgets and the ledger. Outside any transaction. */
export type Meter = Pick<Metering, 'prices' | 'reserve' | 'extend' | 'settle' | 'release' | 'record' | 'recordLocal'>;
